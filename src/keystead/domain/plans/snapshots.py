"""A plan's figures at the end of each day, kept from the first day on: the past cannot be computed again later."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from keystead.base.money import EXACT
from keystead.data.plans.models import Plan, PlanSnapshot, PlanStatus
from keystead.domain.plans.kpis import PlanFigures, figures

_KEPT = ["currency", "target", "won", "pipeline", "weighted_pipeline", "missing_rates", "deals"]


def snapshot_plans(*, at: datetime, today: date) -> int:
    """Keeps today's figures of every plan of the open workspace that runs today and is not archived; returns how many.

    All revenue counts, whoever may open it. A second run of the day replaces the first. Fires nothing else.
    """
    running = list(Plan.objects.filter(start_date__lte=today, end_date__gte=today).exclude(status=PlanStatus.ARCHIVED))
    found = figures(plans=running, viewer=None, at=at, today=today)
    PlanSnapshot.objects.bulk_create(
        [_snapshot(plan, found[plan.pk], today) for plan in running],
        update_conflicts=True,
        unique_fields=["workspace", "plan", "date"],
        update_fields=_KEPT,
        batch_size=1000,
    )
    return len(running)


def _snapshot(plan: Plan, block: PlanFigures, today: date) -> PlanSnapshot:
    return PlanSnapshot(
        plan=plan,
        date=today,
        currency=plan.currency,
        target=plan.target,
        won=_kept(block.values["won"]),
        pipeline=_kept(block.values["pipeline"]),
        weighted_pipeline=_kept(block.values["weighted_pipeline"]),
        missing_rates=len(block.missing),
        deals=block.counted,
    )


def _kept(value: Decimal | None) -> Decimal:
    """To the four decimals of the column, half-even, rather than by whatever rule the database rounds."""
    return (value or Decimal(0)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN, context=EXACT)
