"""The plan on one page as PDF: through the real server, all queries included.

python -m bench.pdf [--times 10]
"""

from bench.client import Client
from bench.generate import PASSWORD
from bench.keys import key
from bench.place import SLUG
from bench.server import print_table
from bench.table import Cell

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


if __name__ == "__main__":
    print_table(__doc__, HEADS, measure)
