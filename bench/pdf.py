"""The plan on one page as PDF: through the real server, all queries included.

python -m bench.pdf [--times 10]
"""

import argparse
from collections.abc import Sequence

from bench.client import Client
from bench.generate import PASSWORD
from bench.keys import key
from bench.place import SLUG, databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("PDF", "median ms", "best ms", "p95 ms", "processor ms", "queries", "database ms", "kB")


def measure(port: int, web: int) -> list[list[Cell]]:
    client = Client(port, web=web)
    client.sign_in(f"owner@{SLUG}.bench.example", PASSWORD)
    rows: list[list[Cell]] = []
    for name, number in (("one page, largest plan", 0), ("one page", 1)):
        times, answer = client.timed(f"/w/{SLUG}/plans/{key(SLUG, 'plan', number)}/one-page/")
        size = len(answer.body) / 1000
        rows.append([name, times.median, min(times.taken), times.p95, times.processor, answer.queries, answer.database, size])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args(arguments)
    with databases(given.times) as urls, serving(urls[given.times]) as (port, web):
        print(draw(HEADS, measure(port, web)))


if __name__ == "__main__":
    main()
