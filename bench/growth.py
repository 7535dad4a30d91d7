"""Every page over ten times the data: the ratio of the medians, measured in turns in one run. The aim is at most 1.5.

    python -m bench.growth [--only text]

The first run makes a database of 2,000,000 deals, which takes a while.
"""

import argparse
import statistics
from collections.abc import Sequence

from bench.api import API, token
from bench.api import addresses as api_addresses
from bench.client import Client
from bench.generate import PASSWORD
from bench.pages import addresses
from bench.place import SLUG, databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("page", "×1 ms", "×10 ms", "ratio", "database ×1 ms", "database ×10 ms")
ROUNDS, WARM_UPS = 12, 2


def measure(small: tuple[int, str], large: tuple[int, str], *, only: str = "") -> list[list[Cell]]:
    """Each is a port and an API token."""
    people = [_person(port) for port, _ in (small, large)]
    programs = [Client(port, key) for port, key in (small, large)]
    rows = [_compared(name, people, path) for name, path in addresses().items() if only in name]
    return rows + [_compared(f"API: {name}", programs, API + path) for name, path in api_addresses().items() if only in name]


def _person(port: int) -> Client:
    client = Client(port)
    client.sign_in(f"owner@{SLUG}.bench.example", PASSWORD)
    return client


def _compared(name: str, clients: Sequence[Client], path: str) -> list[Cell]:
    taken: list[list[float]] = [[], []]
    inside: list[list[float]] = [[], []]
    for turn in range(WARM_UPS + ROUNDS):
        for client, times, database in zip(clients, taken, inside, strict=True):
            answer = client.ask(path)
            if turn >= WARM_UPS:
                times.append(answer.took)
                database.append(answer.database)
        if sum(taken[1]) > 8_000:
            break
    one, ten = (statistics.median(times) for times in taken)
    return [name, one, ten, ten / one, *(statistics.median(times) for times in inside)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pages with this in their name")
    given = parser.parse_args(arguments)
    with databases(1, 10) as urls, serving(urls[1]) as (small, _), serving(urls[10]) as (large, _):
        print(draw(HEADS, measure((small, token(urls[1], "owner")), (large, token(urls[10], "owner")), only=given.only)))


if __name__ == "__main__":
    main()
