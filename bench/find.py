"""Finding by a few letters (Ctrl-K): how soon the box answers, for people who see everything, some of it, little.

python -m bench.find [--times 10]
"""

import argparse
from collections.abc import Sequence
from urllib.parse import quote

from bench.client import Client
from bench.generate import PASSWORD
from bench.place import SLUG, databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("who", "typed", "median ms", "best ms", "p95 ms", "processor ms", "queries", "kB")
PEOPLE = ("owner", "manager", "alice")
TYPED = {
    "nothing": "",
    "one letter": "a",
    "two letters": "re",
    "a word": "foods",
    "the beginning of a word": "renew",
    "two words": "berlin foods",
    "a slip of the finger": "fodos",
    "initials": "bf",
    "what nobody has": "xyzzy",
    "a page": "settings",
}


def measure(port: int, web: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for who in PEOPLE:
        client = Client(port, web=web)
        client.sign_in(f"{who}@{SLUG}.bench.example", PASSWORD)
        for name, text in TYPED.items():
            times, answer = client.timed(f"/w/{SLUG}/find/?q={quote(text)}", seconds=1.0, HX_Request="true")
            took = [times.median, min(times.taken), times.p95, times.processor]
            rows.append([who, f"{name}: {text}" if text else name, *took, answer.queries, len(answer.body) / 1000])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args(arguments)
    with databases(given.times) as urls, serving(urls[given.times]) as (port, web):
        print(draw(HEADS, measure(port, web)))


if __name__ == "__main__":
    main()
