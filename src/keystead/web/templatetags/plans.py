"""Tags of the plan pages: a measure's value in its own unit."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language, gettext

from keystead.base.money import Money
from keystead.data.plans.items import Measure

from . import formats, pieces

register = template.Library()


def measure_words(value: Decimal | None, measure: Measure, currency: str) -> str:
    """ "€ 1.20 M", "45 %", "3", "yes"; "" when there is no value. `currency` is the plan's."""
    language = get_language() or "en"
    if value is None:
        return ""
    if measure.unit == Measure.Unit.CURRENCY:
        return formats.money_compact(Money(value, currency).rounded(), language)
    if measure.unit == Measure.Unit.PERCENT:
        return formats.percent(value / 100, language, 0 if value == int(value) else 1)
    if measure.unit == Measure.Unit.YES_NO:
        return gettext("yes") if value >= 1 else gettext("no")
    return formats.number(value.quantize(Decimal("0.01")), language)


@register.simple_tag
def measure_value(value: Decimal | None, measure: Measure, currency: str) -> Any:
    return measure_words(value, measure, currency) or pieces.none()


@register.simple_tag
def measure_target(measure: Measure, currency: str) -> Any:
    target = Decimal(1) if measure.unit == Measure.Unit.YES_NO else measure.target
    return measure_words(target, measure, currency) or pieces.none()
