"""Finding by a few letters (Ctrl-K): how soon the box answers, for people who see everything, some of it, little.

python -m bench.find [--times 10]
"""

from urllib.parse import quote

from bench.client import Client
from bench.generate import PASSWORD
from bench.place import SLUG
from bench.server import print_table
from bench.table import Cell

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


if __name__ == "__main__":
    print_table(__doc__, HEADS, measure)
