"""Words, tones and texts that the pages of plans share: a value of the domain in, what a person reads out."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_time
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from keystead.base.money import Money
from keystead.data.plans.items import ObjectiveStatus, SwotItem
from keystead.data.plans.models import PlanStatus
from keystead.data.workspace.models import RatePolicy
from keystead.web.templatetags import formats

STATUS_TONES = {
    PlanStatus.DRAFT: "hatched",
    PlanStatus.SUBMITTED: "info",
    PlanStatus.APPROVED: "good",
    PlanStatus.REJECTED: "bad",
    PlanStatus.ARCHIVED: "",
}
OBJECTIVE_TONES = {
    ObjectiveStatus.ACTIVE: "accent",
    ObjectiveStatus.ACHIEVED: "good",
    ObjectiveStatus.MISSED: "bad",
    ObjectiveStatus.DROPPED: "",
}
QUADRANTS = {
    SwotItem.Quadrant.STRENGTH: gettext_lazy("Strengths"),
    SwotItem.Quadrant.WEAKNESS: gettext_lazy("Weaknesses"),
    SwotItem.Quadrant.OPPORTUNITY: gettext_lazy("Opportunities"),
    SwotItem.Quadrant.THREAT: gettext_lazy("Threats"),
}
FACT_TONES = {"won": "good", "open": "info", "lost": "bad"}

POLICY_SENTENCES = {
    RatePolicy.PLAN: gettext_lazy(
        "Every amount is converted with one rate per currency, frozen when the plan is approved. Figures move only when deals do."
    ),
    RatePolicy.TRANSACTION_DATE: gettext_lazy(
        "Every deal is converted with the rate of its own close date; for a date to come, with the latest rate known."
    ),
    RatePolicy.CURRENT: gettext_lazy(
        "Every amount is converted with the latest rate known. Figures move with the rates, even when no deal does."
    ),
}


def language() -> str:
    return get_language() or "en"


def local_time(at: datetime) -> str:
    """ "14:32:05", in the reader's time zone and manner."""
    return format_time(timezone.localtime(at), "medium", locale=formats.style_for(language()).locale)


def local_moment(at: datetime) -> str:
    return formats.moment(timezone.localtime(at), language())


def amount_in(amount: Decimal, currency: str) -> str:
    """An amount as every page writes it; no two currencies have one sign ("US$", "CA$"), so a line may name several."""
    return formats.money(Money(amount, currency), language())


def rate_text(rate: Decimal) -> str:
    """A rate with as many decimals as it has, at most six."""
    return formats.number(rate, language())


def count_text(value: Any) -> str:
    return formats.number(value, language())


def rates_sentence(policy: str, *, is_frozen: bool) -> str:
    if policy == RatePolicy.PLAN and not is_frozen:
        return _("Rates of the plan's first day until approval freezes them")
    return {
        RatePolicy.PLAN: _("Plan rates, frozen at approval"),
        RatePolicy.TRANSACTION_DATE: _("Rate of each deal's date"),
        RatePolicy.CURRENT: _("Latest rates"),
    }[RatePolicy(policy)]
