"""/portfolio: accounts with their figures over a period, filtered, grouped and totalled as on the page, each deal once."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from keystead.analytics.measures import KPIS, Unit
from keystead.api.wire import openapi
from keystead.api.wire.bodies import moment, respond
from keystead.api.wire.fields import Schema
from keystead.api.wire.money import money_out
from keystead.api.wire.pages import MOST, USUAL
from keystead.api.wire.problems import Fault, Problem, refused
from keystead.api.wire.routes import viewer_of
from keystead.api.wire.texts import clean_text
from keystead.base import clock
from keystead.base.money import EXACT, Money
from keystead.base.numbers import whole
from keystead.data.accounts.models import Segment
from keystead.domain.accounts.portfolio.columns import COLUMNS, FIGURES, GROUPS, NOTHING_COUNTED, UNOPENED
from keystead.domain.accounts.portfolio.listing import Figures, Portfolio, PortfolioRow, Summary, portfolio
from keystead.domain.accounts.portfolio.query import PLANS, PortfolioQuery, read_query

router = Router()
Shown = dict[str, Any]
_RATIO_STEP = Decimal("0.000001")
_MOST_LINES = 10_000_000
_COUNTS = ("accounts", "with_plan", "moving_up", "repeated")

_SEGMENT: Schema = {"type": "string", "enum": [*Segment.values, "none"]}
_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "period": ({"type": "string"}, "A fiscal year (2026), quarter (2026-Q2) or month (2026-05); without it the present year."),
    "q": ({"type": "string"}, "Words of the account's name."),
    "owner": ({"type": "string"}, "me, team, nobody, or a member's id."),
    "segment": (_SEGMENT, "The current segment."),
    "segment_target": (_SEGMENT, "The target segment."),
    "industry": ({"type": "string"}, ""),
    "country": ({"type": "string"}, ""),
    "is_key": ({"type": "string", "enum": ["1", "true"]}, "Key accounts alone."),
    "plan": ({"type": "string", "enum": list(PLANS)}, "Whether a plan shares a day with the period."),
    "below": ({"type": "string"}, "Forecast below this percentage of the target."),
    "group": ({"type": "string", "enum": list(GROUPS)}, ""),
    "order": ({"type": "string"}, f"Up to four, a minus for downwards: {', '.join(COLUMNS)}."),
    "limit": ({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "How many lines a page holds."),
    "cursor": ({"type": "string"}, "From `next` of the page before, with the same parameters."),
}
_READING = openapi.reading("get_portfolio", "Accounts with their figures", "Portfolio", tag="portfolio")
_READING["openapi_extra"]["parameters"] = [
    {"name": name, "in": "query", "required": False, "schema": schema, "description": about}
    for name, (schema, about) in _PARAMETERS.items()
]


@router.get("/portfolio", **_READING)
def get_portfolio(request: HttpRequest) -> HttpResponse:
    viewer, today = viewer_of(request), clock.today()
    params = _parameters(request)
    limit, offset = _page(params)
    query, problems = read_query(params, viewer=viewer, today=today)
    if problems:
        raise refused([Fault(f"?{problem.field}", problem.code, problem.message) for problem in problems])
    found = portfolio(query=query, viewer=viewer, today=today, limit=limit, offset=offset)
    return respond(portfolio_out(found, offset))


def _parameters(request: HttpRequest) -> dict[str, str]:
    """Each parameter once, as clean text. Raises `Problem` naming every one that is unknown, repeated or not text."""
    faults: list[Fault] = []
    params: dict[str, str] = {}
    for name, values in request.GET.lists():
        shown = name if len(name) <= 100 and name.isprintable() else "…"
        if name not in _PARAMETERS:
            faults.append(Fault(f"?{shown}", "unknown_parameter", _("There is no such parameter here.")))
        elif len(values) > 1:
            faults.append(Fault(f"?{shown}", "repeated", _("This parameter may be given once.")))
        else:
            try:
                params[name] = clean_text(values[0], f"?{shown}")
            except Problem as problem:
                faults += problem.faults
    if faults:
        raise refused(faults)
    return params


def _page(params: dict[str, str]) -> tuple[int, int]:
    limit, offset = whole(params.get("limit", str(USUAL))) or 0, whole(params.get("cursor", "0"))
    faults = []
    if not 1 <= limit <= MOST:
        message = _("A whole number from 1 to %(most)s is expected here.") % {"most": MOST}
        faults.append(Fault("?limit", "out_of_range", message))
    if offset is None or offset > _MOST_LINES:
        faults.append(Fault("?cursor", "bad_cursor", _("This is not a cursor from `next` of the page before.")))
    if faults or offset is None:
        raise refused(faults)
    return limit, offset


def portfolio_out(found: Portfolio, offset: int) -> Shown:
    query = found.query
    labels = {group.group: group.label for group in found.groups}
    further = offset + len(found.rows)
    return {
        "period": {"key": query.period.key, "start": query.period.start.isoformat(), "end": query.period.end.isoformat()},
        "currency": found.currency,
        "as_of": moment(clock.now()),
        "totals": _summary(found.total),
        "groups": [_group(group) for group in found.groups],
        "items": [_item(row, query, labels) for row in found.rows],
        "next": str(further) if found.rows and further < found.lines else None,
        "total": found.lines,
        "missing_rates": [
            {"base": pair.base, "quote": pair.quote, "first": pair.first.isoformat(), "last": pair.last.isoformat(),
             "days": pair.days, "deals": pair.deals, "targets": pair.targets}
            for pair in found.missing
        ],
    }  # fmt: skip


def _figures(figures: Figures) -> Shown:
    """Money rounded to minor units, ratios as text with six decimals, null for undefined."""
    shown: Shown = {}
    for name in FIGURES:
        value = figures.shown(name)
        if isinstance(value, Money):
            shown[name] = money_out(value.amount, value.currency)
        elif isinstance(value, Decimal):
            shown[name] = f"{value.quantize(_RATIO_STEP, context=EXACT):f}"
        else:
            shown[name] = value
    return shown | {"hidden": figures.hidden, "left_out": figures.unrated + figures.unrated_targets}


def _summary(summary: Summary) -> Shown:
    return {name: getattr(summary, name) for name in _COUNTS} | _figures(summary.figures)


def _key(group: str) -> str | None:
    """What a group stands for: a region, an id; "" when that is empty, null for accounts without any deal and for deals that the
    reader may not open."""
    return None if group in (NOTHING_COUNTED, UNOPENED) else group[1:]


def _group(group: Summary) -> Shown:
    return {"key": _key(group.group), "name": group.label, **_summary(group)}


def _item(row: PortfolioRow, query: PortfolioQuery, labels: dict[str, str]) -> Shown:
    return {
        "account": {"id": str(row.account_id), "name": row.name},
        "owner": {"id": str(row.owner_id), "name": row.owner_name} if row.owner_id else None,
        "industry": row.industry,
        "country": row.country,
        "segment_current": row.segment_current or None,
        "segment_target": row.segment_target or None,
        "is_key": row.is_key,
        "covers_descendants": row.covers_tree,
        "plans": row.plans,
        "plan": {"id": str(row.plan_id), "name": row.plan_name} if row.plan_id else None,
        "plan_status": row.plan_status,
        "target_is_pro_rata": row.is_prorated,
        "group": {"key": _key(row.group), "name": labels.get(row.group, "")} if query.group else None,
        **_figures(row.figures),
    }


# What OpenAPI says about it.

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_DAY: Schema = {"type": "string", "format": "date"}
_MONEY_OR_NULL: Schema = {"anyOf": [openapi.ref("Money"), {"type": "null"}]}
_REFERENCE_OR_NULL: Schema = {"anyOf": [openapi.ref("Reference"), {"type": "null"}]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _figure(name: str) -> Schema:
    if name not in KPIS:
        return _COUNT
    return _MONEY_OR_NULL if KPIS[name].unit is Unit.MONEY else _TEXT_OR_NULL


_FIGURES_SCHEMA = {name: _figure(name) for name in FIGURES} | {"hidden": _COUNT, "left_out": _COUNT}
_SUMMARY = dict.fromkeys(_COUNTS, _COUNT) | _FIGURES_SCHEMA
_GROUP: Schema = {"key": _TEXT_OR_NULL, "name": _TEXT}
openapi.COMPONENTS["Portfolio"] = _object({
    "period": _object({"key": _TEXT, "start": _DAY, "end": _DAY}),
    "currency": _TEXT,
    "as_of": {"type": "string", "format": "date-time"},
    "totals": _object(_SUMMARY),
    "groups": _list(_object(_GROUP | _SUMMARY)),
    "items": _list(_object({
        "account": openapi.ref("Reference"), "owner": _REFERENCE_OR_NULL, "industry": _TEXT, "country": _TEXT,
        "segment_current": _TEXT_OR_NULL, "segment_target": _TEXT_OR_NULL, "is_key": {"type": "boolean"},
        "covers_descendants": {"type": "boolean"}, "plans": _COUNT, "plan": _REFERENCE_OR_NULL, "plan_status": _TEXT_OR_NULL,
        "target_is_pro_rata": {"type": "boolean"}, "group": {"anyOf": [_object(_GROUP), {"type": "null"}]}, **_FIGURES_SCHEMA,
    })),
    "next": _TEXT_OR_NULL,
    "total": _COUNT,
    "missing_rates": _list(_object({
        "base": _TEXT, "quote": _TEXT, "first": _DAY, "last": _DAY, "days": _COUNT, "deals": _COUNT, "targets": _COUNT,
    })),
})  # fmt: skip
