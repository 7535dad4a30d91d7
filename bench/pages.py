"""Every page: median, 95th percentile, queries, time in the database, size.

    python -m bench.pages [--times 10] [--who owner,manager,alice] [--only text]

One person, one request after another, through the real server with the app's login. Of accounts and plans the one with most rows
is asked for, and an ordinary one.
"""

import argparse
import re
from collections.abc import Sequence

from bench import place
from bench.client import Client
from bench.generate import PASSWORD
from bench.keys import key
from bench.place import SLUG, databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("page", "median ms", "best ms", "p95 ms", "processor ms", "queries", "database ms", "kB", "kB sent")
LARGEST, USUAL = 0, 20  # the number of an account or a plan in its block; plan 1 stands on account 20


def addresses() -> dict[str, str]:
    """What a page is called -> its address."""
    large, usual = (key(SLUG, "account", number) for number in (LARGEST, USUAL))
    plan, small = (key(SLUG, "plan", number) for number in (0, 1))
    deal, owner = key(SLUG, "deal", 5), key(SLUG, "member", 20)
    found = {
        "home": "",
        "portfolio": "portfolio/",
        "portfolio, by industry": "portfolio/?group=industry",
        "portfolio, by industry and owner": "portfolio/?group=industry,owner",
        "portfolio, by deal region": "portfolio/?group=deal_owner_region",
        "portfolio, won first": "portfolio/?order=-won",
        "portfolio, one owner": f"portfolio/?owner={owner}",
        "portfolio, explanation": "portfolio/explanation?kpi=won",
        "portfolio, industry explained": "portfolio/explanation?kpi=won&group=industry&in=%3DEnergy",
        "accounts": "accounts/",
        "accounts, filtered": "accounts/?industry=Energy&country=Brazil",
        "accounts, searched": "accounts/?q=foods",
        "accounts, most deals first": "accounts/?order=-deals",
        "accounts, most employees first": "accounts/?order=-employees",
        "account, largest": f"accounts/{large}/",
        "account": f"accounts/{usual}/",
        "account's deals, largest": f"accounts/{large}/deals/",
        "deals": "deals/",
        "deals, open": "deals/?status=open",
        "deals, open, largest first": "deals/?status=open&order=-amount",
        "deals, largest first": "deals/?order=-amount",
        "deals, by owner": "deals/?order=owner",
        "deals, by account": "deals/?order=account",
        "deals, by stage": "deals/?order=-stage",
        "deals, searched": "deals/?q=renewal",
        "deals, one owner": f"deals/?owner={owner}",
        "deal": f"deals/{deal}/",
        "plans": "plans/",
        "duplicates": "find/duplicates/",
        "plan, largest": f"plans/{plan}/",
        "plan": f"plans/{small}/",
        "imports": "imports/",
        "members": "members/",
        "rates": "settings/rates/",
    }
    for tab in ("objectives", "actions", "swot", "revenue", "history"):
        found[f"plan, {tab}"] = f"plans/{plan}/{tab}/"
    found["plan, won explained, largest"] = f"plans/{plan}/figures/won/"
    found["plan, won explained"] = f"plans/{small}/figures/won/"
    return {name: f"/w/{SLUG}/{path}" for name, path in found.items()}


def _later(client: Client, path: str, pages: int = 19) -> str:
    """The address of a later page of a list, by following what its end points to."""
    found = path
    for _ in range(pages):
        cursor = re.search(r"[?&;]after=([^&\"]+)", client.ask(found).body.decode())
        if cursor is None:
            break
        found = f"{path}?after={cursor[1]}"
    return found


def measure(port: int, who: str, *, web: int = 0, only: str = "", seconds: float = 3.0) -> list[list[Cell]]:
    client = Client(port, web=web)
    client.sign_in(f"{who}@{SLUG}.bench.example", PASSWORD)
    rows: list[list[Cell]] = []
    later = {f"{name}, page 20": _later(client, addresses()[name]) for name in ("accounts", "deals") if only in name}
    for name, path in (addresses() | later).items():
        if only not in name:
            continue
        if client.ask(path).status != 200:
            continue  # out of this person's reach
        times, answer = client.timed(path, seconds=seconds)
        sizes = [len(answer.body) / 1000, answer.wire / 1000]
        rows.append([name, times.median, min(times.taken), times.p95, times.processor, answer.queries, answer.database, *sizes])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--who", default="owner")
    parser.add_argument("--only", default="", help="pages with this in their name")
    given = parser.parse_args(arguments)
    with databases(given.times) as urls, serving(urls[given.times]) as (port, web):
        for who in given.who.split(","):
            print(f"\nAs {who}, {place.SLUG} ×{given.times}\n")
            print(draw(HEADS, measure(port, who, web=web, only=given.only)))


if __name__ == "__main__":
    main()
