"""/plans/{id}/kpis: the figures of a plan at this instant, and for each the rows behind it and the rows left out."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from keystead.analytics.measures import KPIS, Unit
from keystead.api.wire import openapi
from keystead.api.wire.bodies import moment, respond
from keystead.api.wire.fields import Schema
from keystead.api.wire.money import money_out
from keystead.api.wire.numbers import plain
from keystead.api.wire.problems import not_found
from keystead.api.wire.routes import refuse_parameters, viewer_of
from keystead.base import clock
from keystead.base.money import EXACT, Money
from keystead.data.plans.models import Plan
from keystead.domain.plans.explanation import Explanation, LeftOut, Line, explain
from keystead.domain.plans.facts import MissingPair
from keystead.domain.plans.kpis import PlanFigures, figures

router = Router()
_RATIO_STEP = Decimal("0.000001")
Shown = dict[str, Any]


def _plan(request: HttpRequest, key: UUID) -> Plan:
    plan: Plan | None = Plan.objects.visible_to(viewer_of(request)).filter(pk=key).first()
    if plan is None:
        raise not_found()
    return plan


def figure(block: PlanFigures, kpi: str) -> Any:
    """Money rounded to minor units, a ratio as text with six decimals, null for undefined."""
    value = block.shown(kpi)
    if isinstance(value, Money):
        return money_out(value.amount, value.currency)
    return None if value is None else f"{value.quantize(_RATIO_STEP, context=EXACT):f}"


def block_out(block: PlanFigures) -> Shown:
    return {
        "as_of": moment(block.as_of),
        "period": {"start": block.period.start.isoformat(), "end": block.period.end.isoformat()},
        "currency": block.currency,
        "kpis": {kpi: figure(block, kpi) for kpi in KPIS},
        "hidden": block.hidden,
        "counted": block.counted,
        "missing_rates": _missing(block),
    }


def _missing(block: PlanFigures) -> list[Shown]:
    """Each pair and day once, with the figures that suffer from it."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for kpi in KPIS:
        for pair in block.lacks(kpi):
            concerned = found.setdefault((pair.date, pair.base, pair.quote), [])
            if kpi not in concerned:
                concerned.append(kpi)
    return [
        {"base": base, "quote": quote, "date": day.isoformat(), "kpis": kpis}
        for (day, base, quote), kpis in sorted(found.items())
    ]


@router.get("/plans/{key}/kpis", **openapi.reading("get_plan_kpis", "A plan's figures now", "PlanKpis", tag="plans"))
def kpis(request: HttpRequest, key: UUID) -> HttpResponse:
    refuse_parameters(request)
    plan, at = _plan(request, key), clock.now()
    return respond(block_out(figures(plans=[plan], viewer=viewer_of(request), at=at, today=clock.today())[plan.pk]))


@router.get(
    "/plans/{key}/kpis/{kpi}/explanation",
    **openapi.reading("explain_plan_kpi", "The rows behind a figure and the rows left out", "KpiExplanation", tag="plans"),
)
def explanation(request: HttpRequest, key: UUID, kpi: str) -> HttpResponse:
    refuse_parameters(request)
    plan = _plan(request, key)
    if kpi not in KPIS:
        raise not_found()
    found = explain(plan=plan, kpi=kpi, viewer=viewer_of(request), at=clock.now(), today=clock.today())
    return respond(explanation_out(found))


def explanation_out(found: Explanation) -> Shown:
    definition, currency = found.definition, found.plan.currency
    return {
        "definition": {
            "id": definition.id, "version": definition.version, "name": str(definition.name), "formula": str(definition.formula),
            "unit": definition.unit.value, "help": str(definition.help),
        },
        "as_of": moment(found.as_of),
        "value": figure(found.figures, definition.id),
        "total": money_out(found.total, currency),
        "included": [_line(line, currency) for line in found.included],
        "excluded": [_left_out(item) for item in found.excluded],
        "missing_rates": _pairs(found.missing),
    }  # fmt: skip


def _line(line: Line, currency: str) -> Shown:
    """`converted` has every digit, so that the lines sum to the figure exactly."""
    return {
        "row": {
            "kind": line.kind, "id": str(line.id) if line.id else None, "name": line.name, "status": line.status or None,
            "date": line.day.isoformat() if line.day else None,
        },
        "amount": money_out(line.amount, line.currency),
        "rate": None if line.rate is None else plain(line.rate),
        "rate_date": line.rate_date.isoformat() if line.rate_date else None,
        "rate_via": line.rate_via,
        "probability": None if line.probability is None else plain(line.probability),
        "by_list_price": line.by_list_price,
        "converted": money_out(line.converted, currency),
        "count": line.count,
    }  # fmt: skip


def _left_out(item: LeftOut) -> Shown:
    row = item.id and {
        "kind": item.kind, "id": str(item.id), "name": item.name, "date": item.day.isoformat() if item.day else None,
        "amount": money_out(item.amount, item.currency),
    }  # fmt: skip
    return {"row": row or None, "reason": item.reason, "message": str(item.sentence), "detail": item.detail, "count": item.count}


def _pairs(pairs: Iterable[MissingPair]) -> list[Shown]:
    found = dict.fromkeys((pair.base, pair.quote, pair.date.isoformat()) for pair in pairs)
    return [{"base": base, "quote": quote, "date": day} for base, quote, day in found]


# What OpenAPI says about it.

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_DAY_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}
_MONEY_OR_NULL: Schema = {"anyOf": [openapi.ref("Money"), {"type": "null"}]}
_RATIO: Schema = {"type": ["string", "null"], "description": "A ratio: 0.912000 is 91.2 %. null: undefined."}
_MISSING: Schema = {"base": _TEXT, "quote": _TEXT, "date": {"type": "string", "format": "date"}}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


openapi.COMPONENTS["PlanKpis"] = _object({
    "as_of": {"type": "string", "format": "date-time"},
    "period": _object({"start": {"type": "string", "format": "date"}, "end": {"type": "string", "format": "date"}}),
    "currency": _TEXT,
    "kpis": _object({kpi.id: _MONEY_OR_NULL if kpi.unit is Unit.MONEY else _RATIO for kpi in KPIS.values()}),
    "hidden": {"type": "integer", "description": "Rows that you may not open."},
    "counted": {"type": "integer"},
    "missing_rates": _list(_object(_MISSING | {"kpis": _list(_TEXT)})),
})  # fmt: skip
openapi.COMPONENTS["KpiExplanation"] = _object({
    "definition": _object({
        "id": _TEXT, "version": {"type": "integer"}, "name": _TEXT, "formula": _TEXT,
        "unit": {"type": "string", "enum": list(Unit)}, "help": _TEXT,
    }),
    "as_of": {"type": "string", "format": "date-time"},
    "value": {"anyOf": [openapi.ref("Money"), {"type": ["string", "null"]}]},
    "total": _MONEY_OR_NULL | {"description": "The sum of `included`; for a ratio that is its numerator."},
    "included": _list(_object({
        "row": _object({
            "kind": _TEXT, "id": _TEXT_OR_NULL, "name": _TEXT, "status": _TEXT_OR_NULL, "date": _DAY_OR_NULL,
        }),
        "amount": _MONEY_OR_NULL, "rate": _TEXT_OR_NULL, "rate_date": _DAY_OR_NULL,
        "rate_via": _TEXT_OR_NULL, "probability": _TEXT_OR_NULL, "by_list_price": {"type": "boolean"},
        "converted": openapi.ref("Money"), "count": {"type": "integer"},
    })),
    "excluded": _list(_object({
        "row": {"anyOf": [
            _object({"kind": _TEXT, "id": _TEXT, "name": _TEXT, "date": _DAY_OR_NULL, "amount": _MONEY_OR_NULL}),
            {"type": "null"},
        ]},
        "reason": _TEXT, "message": _TEXT, "detail": _TEXT, "count": {"type": "integer"},
    })),
    "missing_rates": _list(_object(_MISSING)),
})  # fmt: skip
