"""Plans of the demo in every state, with objectives, readings, actions and SWOT items."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import Sum

from keystead.data.models import (
    Account,
    Action,
    Contact,
    Deal,
    Measure,
    MeasureReading,
    Member,
    Objective,
    Plan,
    PlanApproval,
    SwotItem,
)
from keystead.data.plans.items import ObjectiveStatus
from keystead.data.plans.models import PlanType
from keystead.domain.plans.approval import freeze_rates
from keystead.domain.workspace.demo import cast

# account, this year's state (None: no plan yet), type, covers what is below, rate policy, revenue source, last year's plan too
PLANS = [
    ("Aurelia Foods Group", "approved", "key_account", True, "plan", "won_deals", True),
    ("Nordhaven Shipping", "approved", "strategic", True, "plan", "won_deals", True),
    ("Brasilux Energia", "submitted", "key_account", True, "transaction_date", "won_deals", True),
    ("Kestrel Diagnostics", "approved", "customer_success", True, "plan", "invoices", False),
    ("Montclair Retail", "approved", "strategic", True, "plan", "won_deals", True),
    ("Ostara Pharma", "draft", "key_account", True, "transaction_date", "won_deals", True),
    ("Vale Verde Agro", "rejected", "account_development", True, "current", "won_deals", False),
    ("Helio Mobility", None, "", False, "", "", False),
    ("Summit Ridge Markets", "approved", "key_account", True, "transaction_date", "won_deals", True),
    ("Great Lakes Dairy", "submitted", "sales", True, "transaction_date", "orders", False),
    ("Fjordkraft Seafood", "approved", "account_management", True, "plan", "won_deals", True),
    ("Tramontana Hotels", "draft", "sales", True, "transaction_date", "won_deals", False),
    ("Lusocargo", "approved", "account_management", False, "plan", "invoices", False),
    ("Aurelia Foods Lusitânia", "draft", "ramp_up", False, "transaction_date", "won_deals", False),
    ("Hansekühl", "draft", "account_development", True, "transaction_date", "won_deals", True),
    ("Skåne Mejeri", "archived", "one_page", False, "transaction_date", "won_deals", False),
]


def make_plans(random: Random, today: date, approver: Member) -> list[Plan]:
    made = []
    for name, state, kind, below, policy, source, last_year in PLANS:
        account = Account.objects.get(name=name)
        if last_year:
            made.append(_plan(random, account, today.year - 1, "archived", kind, below, policy, source, today, approver))
        if state:
            made.append(_plan(random, account, today.year, state, kind, below, policy, source, today, approver))
    return made


def _plan(
    random: Random,
    account: Account,
    year: int,
    state: str,
    kind: str,
    below: bool,
    policy: str,
    source: str,
    today: date,
    approver: Member,
) -> Plan:
    start, end = date(year, 1, 1), date(year, 12, 31)
    plan = Plan.objects.create(
        account=account,
        name=f"{_label(kind)} {year}",
        type=kind,
        start_date=start,
        end_date=end,
        currency=_currency(account),
        target=_target(random, account, year, below=below),
        owner=account.owner,
        revenue_source=source,
        includes_descendants=below,
        status=state,
        rate_policy=policy,
        prepared_by=account.owner,
        prepared_date=start - timedelta(days=20),
        summary=random.choice(cast.SUMMARIES).format(name=account.name, n=random.randint(2, 6)),
    )
    _record(plan, approver, start)
    objectives = _objectives(random, plan, today)
    _actions(random, plan, objectives, today)
    _swot(random, plan)
    return plan


def _label(kind: str) -> str:
    return str(PlanType(kind).label)


def _currency(account: Account) -> str:
    return {"United States": "USD", "Canada": "USD", "Brazil": "BRL"}.get(account.country, "EUR")


def _target(random: Random, account: Account, year: int, *, below: bool) -> Decimal:
    """Around what the year holds for the account, so that some plans are ahead and some behind; round, as targets are."""
    deals = Deal.objects.filter(account__lineage__contains=[account.pk]) if below else Deal.objects.filter(account=account)
    found = deals.exclude(status="lost").filter(close_date__year=year).aggregate(sum=Sum("amount"))["sum"] or Decimal(60_000)
    return Decimal(max(50_000, round(float(found) * random.uniform(0.8, 1.5), -4)))


def _record(plan: Plan, approver: Member, start: date) -> None:
    """The approvals that led to the plan's state; an approved plan has its rates frozen on the day of approval."""
    at = datetime.combine(start + timedelta(days=11), time(10), ZoneInfo("UTC"))
    verbs = {
        "submitted": ["submitted"],
        "approved": ["submitted", "approved"],
        "archived": ["submitted", "approved"],
        "rejected": ["submitted", "rejected"],
    }.get(plan.status, [])
    for step, verb in enumerate(verbs):
        PlanApproval.objects.create(
            plan=plan,
            verb=verb,
            by=approver if verb != "submitted" else plan.owner,
            at=at + timedelta(days=step),
            comment="The target is below last year's result: why?" if verb == "rejected" else "",
        )
    if "approved" in verbs:
        freeze_rates(plan=plan, on=at.date())


def _objectives(random: Random, plan: Plan, today: date) -> list[Objective]:
    made = []
    contacts = list(Contact.objects.filter(account__lineage__contains=[plan.account_id])[:8])
    for rank, row in enumerate(random.sample(cast.OBJECTIVES, random.randint(2, 5)), start=1):
        title, category, measure, unit, baseline, target = row
        due = plan.start_date + timedelta(days=random.randint(120, 350))
        late = due < today
        objective = Objective.objects.create(
            plan=plan,
            title=title.format(region=plan.account.country),
            category=category,
            rank=rank,
            owner=plan.owner,
            kind="quantitative" if measure else "qualitative",
            target_date=due,
            start_date=plan.start_date,
            stakeholder=random.choice(contacts) if contacts else None,
            status=random.choice(["achieved", "missed"]) if late and plan.status == "archived" else "active",
        )
        if measure:
            made_measure = Measure.objects.create(objective=objective, name=measure, unit=unit, baseline=baseline, target=target)
            _readings(random, made_measure, plan, today)
        made.append(objective)
    return made


def _readings(random: Random, measure: Measure, plan: Plan, today: date) -> None:
    """Quarterly readings that move from the baseline towards the target: as far as it when the objective is achieved."""
    assert measure.baseline is not None
    assert measure.target is not None
    reach = random.uniform(0.2, 0.95)
    days = [day for quarter in range(1, 5) if (day := plan.start_date + timedelta(days=91 * quarter)) <= today]
    for quarter, day in enumerate(days, start=1):
        share = Decimal(str(round(reach * quarter / 4, 3)))
        value = (measure.baseline + (measure.target - measure.baseline) * share).quantize(Decimal(1))
        if day == days[-1] and measure.objective.status == ObjectiveStatus.ACHIEVED:
            value = measure.target
        MeasureReading.objects.create(measure=measure, date=day, value=value, by=plan.owner)


def _actions(random: Random, plan: Plan, objectives: list[Objective], today: date) -> None:
    rows = []
    for title, outcome in random.sample(cast.ACTIONS, random.randint(5, 9)):
        if plan.status == "archived":
            start = plan.start_date + timedelta(days=random.randint(0, 300))
        else:
            start = today + timedelta(days=random.choice([-60, -35, -14, -6, -2, 1, 4, 9, 16, 24, 45]))
        due = start + timedelta(days=random.randint(3, 21))
        done = plan.status == "archived" or (due < today and random.random() < 0.7)
        status = "done" if done else ("doing" if start <= today else "todo")
        rows.append(
            Action(
                plan=plan,
                objective=random.choice(objectives),
                title=title,
                owner=plan.owner,
                start_date=start,
                due_date=due,
                status=status,
                percent_done=100 if done else (random.choice([20, 40, 60]) if status == "doing" else 0),
                expected_outcome=outcome,
                effort_hours=Decimal(random.choice([4, 8, 16, 24])),
                is_milestone=title == "Steering committee",
            )
        )
    Action.objects.bulk_create(rows)


def _swot(random: Random, plan: Plan) -> None:
    rows = []
    for quadrant, texts in cast.SWOT.items():
        for text in random.sample(texts, random.randint(1, 3)):
            lens = random.choice(["relationship", "relationship", "client"])
            rows.append(
                SwotItem(
                    plan=plan,
                    quadrant=quadrant,
                    lens=lens,
                    text=text,
                    importance=random.randint(2, 5),
                    owner=plan.owner,
                    date=plan.start_date,
                    source=random.choice(["Account review", "Site visit", "Annual report", ""]),
                )
            )
    rows.append(
        SwotItem(
            plan=plan, quadrant="strength", lens="competitor", competitor="Nordfrost", text="Five-year price lock", importance=4
        )
    )
    SwotItem.objects.bulk_create(rows)
