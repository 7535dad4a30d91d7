"""A large workspace, always the same one: accounts in trees, deals, orders, plans with their items, links, dated rates.

    python -m bench.generate --accounts 10000 --deals 200000 --plans 500 [--times 10] [--slug bench] [--people 200]

Fills the database of DATABASE_URL (migrated before), as its owner. Days lie around the current year. Logins, all with the same
password (below): owner@, manager@, alice@ (an account manager) and viewer@SLUG.bench.example. History is kept by the triggers.
"""

import argparse
import time
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bench import seeds, seeds_plans, seeds_words
from bench.setting import set_up

PASSWORD = "only to bench with"  # noqa: S105 - for throwaway workspaces
BATCH = 200_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of the kinds that decide the rest."""

    accounts: int = 10_000
    deals: int = 200_000
    plans: int = 500
    people: int = 200

    def times(self, factor: int) -> "Size":
        """The same workspace with more of everything but people."""
        return Size(self.accounts * factor, self.deals * factor, self.plans * factor, self.people)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("accounts", "deals", "plans", "people"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--times", type=int, default=1, help="so many times the accounts, deals and plans")
    parser.add_argument("--slug", default="bench")
    given = parser.parse_args()
    if given.people < 10 or min(given.accounts, given.deals, given.plans) < 1 or given.plans > given.accounts:
        parser.error("At least ten people, one account, deal and plan, and no more plans than accounts.")
    set_up()
    generate(size=Size(given.accounts, given.deals, given.plans, given.people).times(given.times), slug=given.slug)


def generate(*, size: Size, slug: str = "bench", today: date | None = None) -> UUID:
    """Makes the workspace and returns its id; prints what was made. Raises SystemExit when the slug is taken."""
    from django.db import connection

    from keystead.base import clock
    from keystead.base.scope import open_scope
    from keystead.domain.workspace.founding import CannotFound, found_workspace

    begun = time.perf_counter()
    try:
        workspace, owner = found_workspace(
            name="Bench", slug=slug, currency="EUR", owner_email=f"owner@{slug}.bench.example", owner_name="Olga Owner",
            password=PASSWORD,
        )  # fmt: skip
    except CannotFound as taken:
        raise SystemExit(f"There is a workspace {slug} already. Give another --slug.") from taken
    with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"member": str(owner.pk), "via": "command"}):
        with connection.cursor() as cursor:
            _fill(cursor, size, _parameters(workspace.pk, slug, size, today or clock.today()))
            _link(cursor, size, slug)
        _logins(slug)
        _tidy()
    print(f"{'all':<14} {'':>11} {time.perf_counter() - begun:>7.1f} s")
    return workspace.pk


def _parameters(workspace: UUID, slug: str, size: Size, today: date) -> dict[str, Any]:
    from keystead.data.models import Stage

    stages = dict(Stage.objects.exclude(status="open").values_list("status", "pk"))
    words = {name.lower(): list(value) for name, value in vars(seeds_words).items() if name.isupper()}
    return words | {
        "workspace": workspace, "tag": slug, "year": today.year, "today": today, "accounts": size.accounts, "deals": size.deals,
        "plans": size.plans, "people": size.people, "blocks": -(-size.accounts // seeds.BLOCK),
        "won": stages["won"], "lost": stages["lost"],
        "open": list(Stage.objects.filter(status="open").order_by("position").values_list("pk", flat=True)),
    }  # fmt: skip


def _fill(cursor: Any, size: Size, parameters: dict[str, Any]) -> None:
    cursor.execute("DROP FUNCTION IF EXISTS pg_temp.key, pg_temp.dice, pg_temp.share, pg_temp.pick")
    cursor.execute(seeds.FUNCTIONS)
    for name in ("members", "rates", "products", "accounts", "teams", "contacts"):
        _run(cursor, name, getattr(seeds, name.upper()), parameters)
    cursor.execute("ANALYZE")
    for start in range(0, size.deals, BATCH):
        stop = min(start + BATCH, size.deals) - 1
        _run(cursor, "deals", seeds.DEALS, parameters | {"from": start, "to": stop})
    cursor.execute("ANALYZE keystead_deal")
    _run(cursor, "orders", seeds.ORDERS, parameters)
    for name, statement in seeds_plans.EVERYTHING:
        _run(cursor, name, statement, parameters)


def _run(cursor: Any, name: str, statement: str, parameters: dict[str, Any]) -> None:
    begun = time.perf_counter()
    cursor.execute(statement, parameters)
    print(f"{name:<14} {cursor.rowcount:>11,} {time.perf_counter() - begun:>7.1f} s", flush=True)


def _link(cursor: Any, size: Size, slug: str) -> None:
    """By the product's own rule, in batches: what an import does after it has written."""
    from django.db import transaction

    from keystead.data.many_rows import expect_many_rows
    from keystead.domain.plans.linking import relink

    cursor.execute("ANALYZE")
    begun, changed = time.perf_counter(), 0
    for kind, step in (("deal", BATCH), ("order", BATCH)):
        for start in range(0, size.deals, step):
            cursor.execute(
                f"SELECT id FROM keystead_{kind} WHERE workspace_id = keystead_workspace() AND id = ANY("
                " SELECT pg_temp.key(%s, n) FROM generate_series(%s::bigint, %s::bigint) AS n)",
                [slug + kind, start, min(start + step, size.deals) - 1],
            )
            ids = [row[0] for row in cursor.fetchall()]
            with transaction.atomic():
                expect_many_rows()
                changed += relink(deals=ids) if kind == "deal" else relink(orders=ids)
    print(f"{'links, reasons':<14} {changed:>11,} {time.perf_counter() - begun:>7.1f} s", flush=True)


def _logins(slug: str) -> None:
    """The region's first manager, one of her account managers, and a viewer can log in."""
    from keystead.data.models import Member, User

    Member.objects.create(name="Vera Viewer", email=f"viewer@{slug}.bench.example", role="viewer", external_id="M-viewer")
    for name, key in (("manager", "M-1"), ("alice", "M-9"), ("viewer", "M-viewer")):
        member = Member.objects.get(external_id=key)
        member.email = f"{name}@{slug}.bench.example"
        member.user = User.objects.create_user(member.email, PASSWORD, name=member.name)
        member.save()


def _tidy() -> None:
    """What the database does for itself within minutes on a running site: statistics, and pages marked as all visible."""
    from django.db import connection

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{'vacuum':<14} {'':>11} {time.perf_counter() - begun:>7.1f} s", flush=True)


if __name__ == "__main__":
    main()
