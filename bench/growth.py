"""Every page over ten times the data: the ratio of the quickest answers, measured in turns in one run. The aim is at most 1.5.

    python -m bench.growth [--only text]

The first run makes a database of 2,000,000 deals, which takes a while.
"""

import argparse
import math
from collections.abc import Sequence
from typing import Any

from bench.api import API, token
from bench.api import addresses as api_addresses
from bench.client import Client
from bench.generate import PASSWORD
from bench.pages import addresses
from bench.place import SLUG, databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("page", "×1 ms", "×10 ms", "ratio", "processor ×1 ms", "processor ×10 ms")
TURNS, EACH = 3, 5


def measure(small: Sequence[Any], large: Sequence[Any], *, only: str = "") -> list[list[Cell]]:
    """Each is a port, a process id of the server and an API token."""
    people = [_person(port, web) for port, web, _ in (small, large)]
    programs = [Client(port, key, web=web) for port, web, key in (small, large)]
    rows = [_compared(name, people, path) for name, path in addresses().items() if only in name]
    return rows + [_compared(f"API: {name}", programs, API + path) for name, path in api_addresses().items() if only in name]


def _person(port: int, web: int) -> Client:
    client = Client(port, web=web)
    client.sign_in(f"owner@{SLUG}.bench.example", PASSWORD)
    return client


def _compared(name: str, clients: Sequence[Client], path: str) -> list[Cell]:
    """In turns of a few requests each, so that both meet the same machine. The ratio is that of the quickest answers."""
    best, processor = [math.inf, math.inf], [0.0, 0.0]
    if any(client.ask(path).status != 200 for client in clients):
        return [f"{name} (no answer)", None, None, None, None, None]
    for _ in range(TURNS):
        for at, client in enumerate(clients):
            times, _answer = client.timed(path, most=EACH, seconds=2.0)
            best[at] = min(best[at], *times.taken)
            processor[at] += (times.processor or 0) / TURNS
    return [name, *best, best[1] / best[0], *processor]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pages with this in their name")
    given = parser.parse_args(arguments)
    with databases(1, 10) as urls, serving(urls[1]) as one, serving(urls[10]) as ten:
        print(draw(HEADS, measure((*one, token(urls[1], "owner")), (*ten, token(urls[10], "owner")), only=given.only)))


if __name__ == "__main__":
    main()
