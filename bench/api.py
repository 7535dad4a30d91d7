"""The API: lists, one record, writing, figures; median, 95th percentile, queries, rows in the answer.

    python -m bench.api [--times 10] [--who owner]

One program with one token, one request after another. What it creates it deletes again.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from bench.client import Answer, Client
from bench.keys import key
from bench.place import SLUG, databases, environment
from bench.server import serving
from bench.setting import ROOT
from bench.table import Cell, Times, draw

HEADS = ("request", "median ms", "best ms", "p95 ms", "processor ms", "queries", "database ms", "rows", "kB")
API = "/api/v1"


def addresses() -> dict[str, str]:
    deal, account, plan, small = key(SLUG, "deal", 5), key(SLUG, "account", 20), key(SLUG, "plan", 0), key(SLUG, "plan", 1)
    return {
        "accounts": "/accounts",
        "accounts, 500": "/accounts?limit=500",
        "accounts, filtered and ordered": "/accounts?country=Brazil&order=-employees",
        "account": f"/accounts/{account}",
        "contacts": "/contacts",
        "deals": "/deals",
        "deals, 500": "/deals?limit=500",
        "deals, open": "/deals?status=open",
        "deals, of an account": f"/deals?account={key(SLUG, 'account', 0)}",
        "deals, a quarter, by amount": f"/deals?close_date__gte={_year()}-01-01&close_date__lt={_year()}-04-01&order=-amount",
        "deals, by amount": "/deals?order=-amount",
        "deals, by name": "/deals?order=name",
        "deal": f"/deals/{deal}",
        "orders": "/orders",
        "plans": "/plans",
        "plan": f"/plans/{small}",
        "plan's figures, largest": f"/plans/{plan}/kpis",
        "plan's figures": f"/plans/{small}/kpis",
        "won explained, largest": f"/plans/{plan}/kpis/won/explanation",
        "won explained": f"/plans/{small}/kpis/won/explanation",
        "portfolio": "/portfolio",
    }


def _year() -> int:
    return time.gmtime().tm_year


def token(url: str, who: str) -> str:
    command = [sys.executable, "-m", "keystead", "token-create", "--workspace", SLUG, "--member", f"{who}@{SLUG}.bench.example"]
    return subprocess.run(
        command, env=environment(url, "app"), cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def measure(port: int, key_of_api: str, *, web: int = 0, seconds: float = 2.0) -> list[list[Cell]]:
    client = Client(port, key_of_api, web=web)
    rows: list[list[Cell]] = []
    for name, path in addresses().items():
        if client.ask(API + path).status == 404:
            continue
        times, answer = client.timed(API + path, seconds=seconds)
        rows.append(_row(name, times, answer))
        if name == "deals" and answer.json()["next"]:
            rows.append(_row("deals, page 20", *client.timed(_later(client, API + path, 19), seconds=seconds)))
    return rows + _writing(client)


def _row(name: str, times: Times, answer: Answer) -> list[Cell]:
    content = answer.json() if answer.body else {}
    count = len(content["items"]) if "items" in content else len(content.get("included", [1]))
    return [
        name,
        times.median,
        min(times.taken),
        times.p95,
        times.processor,
        answer.queries,
        answer.database,
        count,
        len(answer.body) / 1000,
    ]


def _later(client: Client, path: str, pages: int) -> str:
    """The address of a later page, by following the cursors."""
    step = path + ("&" if "?" in path else "?")
    found = path
    for _ in range(pages):
        cursor = client.ask(found).json()["next"]
        found = f"{step}cursor={cursor}" if "/" not in cursor else cursor
    return found


def _writing(client: Client, most: int = 20) -> list[list[Cell]]:
    """Some deals created, changed and deleted, one after another."""
    fields = {
        "name": "Bench", "account": str(key(SLUG, "account", 20)), "stage": {"name": "Proposal"},
        "amount": {"amount": "1200.00", "currency": "USD"}, "close_date": f"{_year()}-06-15",
    }  # fmt: skip
    change = {"amount": {"amount": "9.50", "currency": "EUR"}}
    made: list[str] = []

    def create() -> Answer:
        answer = _done(client.send(f"{API}/deals", fields))
        made.append(f"{API}/deals/{answer.json()['id']}")
        return answer

    def measured(name: str, ask: Callable[[], Answer]) -> list[Cell]:
        times, answer = client.timed_each(ask, lambda done: done < most)
        return _row(name, times, answer)

    rows = [measured("create a deal", create)]
    waiting = iter(list(made))
    rows.append(measured("change a deal", lambda: _done(client.send(next(waiting), change, method="PATCH"))))
    leaving = iter(list(made))
    return [*rows, measured("delete a deal", lambda: _done(client.ask(next(leaving), method="DELETE")))]


def _done(answer: Answer) -> Answer:
    if answer.status >= 300:
        raise SystemExit(f"Writing gave {answer.status}: {answer.body[:300]!r}")
    return answer


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--who", default="owner")
    given = parser.parse_args(arguments)
    with databases(given.times) as urls, serving(urls[given.times]) as (port, web):
        print(draw(HEADS, measure(port, token(urls[given.times], given.who), web=web)))


if __name__ == "__main__":
    main()
