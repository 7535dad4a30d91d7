"""Customers, people there, deals, orders and rates of the demo, drawn from one seeded generator."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from keystead.base.ids import uuid7
from keystead.data.models import (
    Account,
    AccountTeamMember,
    Contact,
    Deal,
    DealStageChange,
    Member,
    Order,
    Product,
    Rate,
    Stage,
)
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.workspace.demo import cast

DEALS = 1500
UTC = ZoneInfo("UTC")


def make_rates(random: Random, today: date) -> None:
    """Month-end rates for USD and BRL against EUR over four years, wandering slowly."""
    rows, usd, brl = [], 1.09, 5.6
    day = date(today.year - 3, 12, 31)
    while day <= today:
        usd, brl = usd * (1 + random.gauss(0, 0.009)), brl * (1 + random.gauss(0, 0.014))
        for code, rate in (("USD", usd), ("BRL", brl)):
            rows.append(Rate(base="EUR", quote=code, date=day, rate=Decimal(str(round(rate, 4))), source="demo"))
        following = day + timedelta(days=1)
        day = (following.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    Rate.objects.bulk_create(rows)


def make_products() -> dict[str, Product]:
    products: dict[str, Product] = {}
    for line, members in cast.LINES.items():
        products[line] = Product.objects.create(name=line)
        for name, price in members:
            products[name] = Product.objects.create(
                name=name, parent=products[line], list_price=Decimal(price), list_price_currency="EUR"
            )
    return products


def make_accounts(random: Random, people: dict[str, Member]) -> list[tuple[Account, str, int]]:
    """The accounts with the currency they buy in and their size, tops before what is below them."""
    made: list[tuple[Account, str, int]] = []
    for number, (name, facts) in enumerate(cast.GROUPS.items(), start=1):
        industry, country, owner, currency, size, now, target, is_key, below = facts
        site = name.lower().replace(" ", "").replace("&", "").encode("ascii", "ignore").decode()
        top = Account.objects.create(
            name=name,
            external_id=f"CRM-{number:03d}",
            industry=industry,
            country=country,
            owner=people[owner],
            segment_current=now,
            segment_target=target,
            is_key=is_key,
            employees=random.randint(2, 9) * 10 ** min(size, 4),
            website=f"https://{site}.example",
            status="Customer" if now not in ("no_relationship", "dormant") else "Prospect",
        )
        made.append((top, currency, size))
        for part, (suffix, where) in enumerate(below, start=1):
            child = Account.objects.create(
                name=f"{name.removesuffix(' Group')} {suffix}",
                external_id=f"CRM-{number:03d}-{part}",
                parent=top,
                industry=industry,
                country=where,
                owner=people[owner],
                segment_current=now if now != "negative" else "expert_for_hire",
                segment_target=target,
                employees=random.randint(40, 900),
                status="Customer",
            )
            made.append((child, currency, max(1, size - 1)))
    refresh_lineage()
    nadia, derek = people["Nadia Farouk"], people["Derek Holloway"]
    teams = [
        ("Aurelia Foods Group", nadia, "Service lead"),
        ("Aurelia Foods Group", people["Tomás Sierra"], "Energy specialist"),
        ("Montclair Retail", nadia, "Service lead"),
        ("Nordhaven Shipping", derek, "Americas lane"),
    ]
    by_name = {account.name: account for account, _, _ in made}
    AccountTeamMember.objects.bulk_create(
        AccountTeamMember(account=by_name[name], member=member, function=function) for name, member, function in teams
    )
    return made


def make_contacts(random: Random, accounts: list[tuple[Account, str, int]]) -> None:
    rows: list[Contact] = []
    for account, _, size in accounts:
        chief = None
        for title in cast.TITLES[: 1 + min(size, 4) + random.randint(0, 1)]:
            first = random.choice(cast.FIRST.get(account.country, cast.FIRST[""]))
            last = random.choice(cast.LAST.get(account.country, cast.LAST[""]))
            contact = Contact(
                id=uuid7(),
                account=account,
                first_name=first,
                last_name=last,
                title=title,
                reports_to=chief,
                email=f"{first}.{last}@{account.name.split()[0]}.example".lower(),
                phone=f"+00 {random.randint(100, 999)} {random.randint(10000, 99999)}",
            )
            chief = chief or contact
            rows.append(contact)
    Contact.objects.bulk_create(rows)


def make_deals(
    random: Random, accounts: list[tuple[Account, str, int]], products: dict[str, Product], stages: dict[str, Stage], today: date
) -> list[Deal]:
    """1,500 deals that close over three fiscal years and a little beyond, won, lost and open."""
    weights = [size**1.7 * (2 if account.parent_id else 1) for account, _, size in accounts]
    sold = [product for product in products.values() if product.parent_id]
    start, days = date(today.year - 2, 1, 1), (date(today.year, 12, 31) - date(today.year - 2, 1, 1)).days + 60
    deals: list[Deal] = []
    for number in range(1, DEALS + 1):
        account, currency, size = random.choices(accounts, weights)[0]
        product = random.choices(sold, [3, 3, 4, 2, 1, 2, 1, 6, 3, 3])[0]
        close = start + timedelta(days=int(days * random.random() ** 0.85))
        created = close - timedelta(days=random.randint(25, 220))
        stage = _stage(random, stages, close, today, created)
        amount = _amount(random, product, size, currency)
        name = random.choice(cast.DEAL_NAMES[product.name]).format(n=random.randint(1, 12))
        deals.append(
            Deal(
                id=uuid7(),
                external_id=f"D-{number:05d}",
                name=name,
                account=None if number % 97 == 0 else account,
                product=product,
                owner=account.owner,
                stage=stage,
                status=stage.status,
                probability=stage.probability,
                amount=None if stage.status == "open" and number % 29 == 0 else amount,
                currency=currency,
                created_date=min(created, today),
                close_date=close,
                lost_reason=random.choice(cast.LOST) if stage.status == "lost" else "",
            )
        )
    Deal.objects.bulk_create(deals, batch_size=500)
    _stage_history(deals, stages)
    return deals


def _stage(random: Random, stages: dict[str, Stage], close: date, today: date, created: date) -> Stage:
    if close < today and random.random() > 0.02:
        return stages["Won" if random.random() < 0.58 else "Lost"]
    share = (today - created).days / max(1, (close - created).days)
    step = min(3, max(0, int(share * 4 + random.gauss(0, 0.6))))
    return stages[["Prospecting", "Qualification", "Proposal", "Negotiation"][step]]


def _amount(random: Random, product: Product, size: int, currency: str) -> Decimal:
    assert product.list_price is not None
    local = {"EUR": 1, "USD": 1.1, "BRL": 5.7}[currency]
    raw = float(product.list_price) * random.lognormvariate(0, 0.55) * (0.5 + size / 4) * local
    return Decimal(round(raw, -2 if raw > 5000 else -1)) + (Decimal("0.50") if random.random() < 0.1 else 0)


def _stage_history(deals: list[Deal], stages: dict[str, Stage]) -> None:
    """Replaces the one entry that the trigger wrote by the steps that led to today's stage, dated between creation and close."""
    DealStageChange.objects.filter(workspace=deals[0].workspace_id).delete()
    ladder = [stages[name] for name in ("Prospecting", "Qualification", "Proposal", "Negotiation")]
    rows = []
    for deal in deals:
        assert deal.created_date is not None
        assert deal.close_date is not None
        assert deal.stage is not None
        steps = ladder if deal.status != "open" else ladder[: ladder.index(deal.stage) + 1]
        steps = [*steps, deal.stage] if deal.status != "open" else steps
        days = (deal.close_date - deal.created_date).days
        for step, stage in enumerate(steps):
            on = deal.created_date + timedelta(days=days * step // (len(ladder) + 1))
            if deal.status != "open" and step == len(steps) - 1:
                on = deal.close_date
            rows.append(
                DealStageChange(
                    id=uuid7(),
                    workspace_id=deal.workspace_id,
                    deal=deal,
                    from_stage=steps[step - 1] if step else None,
                    to_stage=stage,
                    status=stage.status,
                    amount=deal.amount,
                    currency=deal.currency,
                    at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
                )
            )
    DealStageChange.objects.bulk_create(rows, batch_size=1000)


def make_orders(random: Random, deals: list[Deal], today: date) -> None:
    """An invoice for most won deals some weeks later, an order for a third, and quarterly schedules for service contracts."""
    rows = []
    for number, deal in enumerate((deal for deal in deals if deal.status == "won" and deal.account_id), start=1):
        assert deal.close_date is not None
        assert deal.amount is not None
        common = {"account_id": deal.account_id, "product": deal.product, "deal": deal, "currency": deal.currency}
        if number % 3 == 0:
            rows.append(Order(number=f"O-{number:05d}", kind="order", amount=deal.amount, order_date=deal.close_date, **common))
        billed = deal.close_date + timedelta(days=random.randint(10, 60))
        if billed <= today:
            rows.append(Order(number=f"I-{number:05d}", kind="invoice", amount=deal.amount, order_date=billed, **common))
        if deal.product and deal.product.name == "Maintenance contract":
            quarter = (deal.amount / 4).quantize(Decimal("0.01"))
            for part in range(4):
                amount = deal.amount - 3 * quarter if part == 3 else quarter
                day = deal.close_date + timedelta(days=91 * part)
                rows.append(Order(number=f"S-{number:05d}-{part + 1}", kind="scheduled", amount=amount, order_date=day, **common))
    Order.objects.bulk_create(rows, batch_size=500)
