"""The slow twin: what links and what counts, in plain loops over plain values, to be compared with the SQL.

Nothing here asks the database. A scene holds everything by index, as Hypothesis drew it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

TWELVE = Decimal("0.000000000001")
KIND_OF_SOURCE = {"scheduled": "scheduled", "invoices": "invoice", "orders": "order"}


@dataclass
class AAccount:
    parent: int | None
    owner: str | None


@dataclass
class AProduct:
    parent: int | None
    price: Decimal | None
    currency: str


@dataclass
class ADeal:
    account: int | None
    owner: str | None
    team: str
    status: str
    amount: Decimal | None
    currency: str
    day: date | None
    probability: Decimal | None
    product: int | None


@dataclass
class AnOrder:
    kind: str
    account: int | None
    team: str
    amount: Decimal
    currency: str
    day: date
    deal: int | None
    product: int | None


@dataclass
class APlan:
    account: int
    start: date
    end: date
    team: str
    below: bool
    currency: str
    policy: str
    source: str
    list_price: bool
    target: Decimal | None


@dataclass
class Scene:
    accounts: list[AAccount]
    products: list[AProduct]
    deals: list[ADeal]
    orders: list[AnOrder]
    plan: APlan
    rates: dict[tuple[str, str, date], Decimal]
    teams: dict[str, str] = field(default_factory=dict)  # of the members
    home: str = "EUR"  # the workspace's currency
    today: date = date(2026, 6, 15)


def above(scene: Scene, account: int) -> list[int]:
    """The account and everything over it."""
    found = [account]
    while (parent := scene.accounts[found[-1]].parent) is not None:
        found.append(parent)
    return found


def team_of(scene: Scene, row: ADeal | AnOrder) -> str:
    if isinstance(row, AnOrder):
        return row.team
    return row.team or scene.teams.get(row.owner or "", "")


def covers(scene: Scene, account: int | None) -> bool:
    if account is None:
        return False
    return account == scene.plan.account or (scene.plan.below and scene.plan.account in above(scene, account))


def links(scene: Scene, row: ADeal | AnOrder) -> bool:
    return why_unlinked(scene, row) == ""


def why_unlinked(scene: Scene, row: ADeal | AnOrder) -> str:
    plan = scene.plan
    if row.account is None:
        return "no_account"
    if row.day is None:
        return "no_date"
    if not covers(scene, row.account):
        return "no_plan"
    if not plan.start <= row.day <= plan.end:
        return "date_outside"
    if plan.team and team_of(scene, row) != plan.team:
        return "team_key"
    return ""


def leg(scene: Scene, base: str, quote: str, on: date) -> tuple[Decimal, date] | None:
    """The latest rate of a pair, given either way round; of the same day, the one given this way round."""
    found: list[tuple[date, int, Decimal]] = []
    for (one, other, day), rate in scene.rates.items():
        if day <= on and (one, other) == (base, quote):
            found.append((day, 1, rate))
        if day <= on and (one, other) == (quote, base):
            found.append((day, 0, (1 / rate).quantize(TWELVE, rounding=ROUND_HALF_UP)))
    if not found:
        return None
    day, _direct, rate = max(found)
    return rate, day


def rate_on(scene: Scene, base: str, quote: str, on: date) -> Decimal | None:
    if base == quote:
        return Decimal(1)
    direct = leg(scene, base, quote, on)
    if direct:
        return direct[0]
    known = {code for one, other, _day in scene.rates for code in (one, other)} - {base, quote}
    for through in sorted(known, key=lambda code: (code != scene.home, code)):
        one, other = leg(scene, base, through, on), leg(scene, through, quote, on)
        if one and other:
            return (one[0] * other[0]).quantize(TWELVE, rounding=ROUND_HALF_UP)
    return None


def rate_day(scene: Scene, day: date) -> date:
    if scene.plan.policy == "plan":
        return min(scene.plan.start, scene.today)
    return scene.today if scene.plan.policy == "current" else min(day, scene.today)


def sees(scene: Scene, row: ADeal | AnOrder, viewer: str) -> bool:
    """Olga sees all; Alice sees what is at her accounts, and her own deals wherever they are."""
    if viewer == "olga":
        return True
    if isinstance(row, ADeal) and row.owner == viewer:
        return True
    return row.account is not None and scene.accounts[row.account].owner == viewer


@dataclass
class Twin:
    won: Decimal = Decimal(0)
    pipeline: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    hidden: int = 0
    counted: int = 0
    missing: set[tuple[str, str, date, str]] = field(default_factory=set)
    by_line: dict[int | None, list[Decimal]] = field(default_factory=dict)


def part_of(scene: Scene, row: ADeal | AnOrder) -> str:
    """won, pipeline, or "" for a row that has no part in the figures whatever its amount."""
    source = scene.plan.source
    if isinstance(row, ADeal):
        if row.status == "open":
            return "pipeline"
        return "won" if row.status == "won" and source == "won_deals" else ""
    if source == "won_deals" or row.kind != KIND_OF_SOURCE[source]:
        return ""
    status = scene.deals[row.deal].status if row.deal is not None else ""
    if status == "open" or (row.kind == "scheduled" and status == "lost"):
        return ""
    return "won"


def amount_of(scene: Scene, row: ADeal | AnOrder) -> tuple[Decimal | None, str]:
    if (
        isinstance(row, ADeal)
        and row.amount is None
        and scene.plan.list_price
        and row.status == "open"
        and row.product is not None
    ):
        product = scene.products[row.product]
        if product.price is not None:
            return product.price, product.currency
    return row.amount, row.currency


def line_of(scene: Scene, row: ADeal | AnOrder) -> int | None:
    product = row.product
    if product is None and isinstance(row, AnOrder) and row.deal is not None:
        product = scene.deals[row.deal].product
    while product is not None and scene.products[product].parent is not None:
        product = scene.products[product].parent
    return product


def twin(scene: Scene, viewer: str, *, include_hidden: bool, linking: Scene | None = None) -> Twin:
    """`linking`: the same scene with another period of the plan, whose rows are counted instead."""
    found = Twin()
    for row in [*scene.deals, *scene.orders]:
        part = part_of(scene, row)
        if not links(linking or scene, row) or not part:
            continue
        amount, currency = amount_of(scene, row)
        if amount is None:
            continue
        is_seen = sees(scene, row, viewer)
        assert row.day is not None
        on = rate_day(scene, row.day)
        rate = rate_on(scene, currency, scene.plan.currency, on)
        if is_seen or include_hidden:
            if rate is None:
                found.missing.add((currency, scene.plan.currency, on, part))
                continue
            _add(scene, found, row, part, amount * rate)
        if not is_seen:
            found.hidden += 1
    return found


def _add(scene: Scene, found: Twin, row: ADeal | AnOrder, part: str, converted: Decimal) -> None:
    found.counted += 1
    line = found.by_line.setdefault(line_of(scene, row), [Decimal(0), Decimal(0)])
    if part == "won":
        found.won += converted
        line[0] += converted
        return
    found.pipeline += converted
    line[1] += converted
    if isinstance(row, ADeal) and row.probability is not None:
        found.weighted += converted * row.probability / 100
