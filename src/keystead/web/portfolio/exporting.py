"""The portfolio as a file: exactly what is filtered, sorted and grouped, all of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.base.money import Money
from keystead.data.accounts.models import Segment
from keystead.data.plans.models import PlanStatus
from keystead.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from keystead.domain.accounts.portfolio import Figures, Portfolio, PortfolioRow, portfolio
from keystead.domain.accounts.portfolio_columns import COLUMNS, GROUPS, Kind
from keystead.domain.accounts.portfolio_query import read_query
from keystead.web.requests import WorkspaceRequest

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIGURES = [
    "target", "won", "pipeline", "weighted_pipeline", "forecast", "weighted_forecast", "achievement", "attainment", "variance",
    "gap", "deals",
]  # fmt: skip
_TEXTS: list[tuple[Any, Callable[[PortfolioRow], Cell]]] = [
    (lambda: _("Account"), lambda row: row.name),
    (lambda: _("Industry"), lambda row: row.industry),
    (lambda: _("Country"), lambda row: row.country),
    (lambda: _("Current segment"), lambda row: str(Segment(row.segment_current).label) if row.segment_current else ""),
    (lambda: _("Target segment"), lambda row: str(Segment(row.segment_target).label) if row.segment_target else ""),
    (lambda: _("Owner"), lambda row: row.owner_name or ""),
    (lambda: _("Key account"), lambda row: _("yes") if row.is_key else ""),
    (lambda: _("Covers"), lambda row: _("with the accounts below") if row.covers_tree else _("this account")),
    (lambda: _("Plan"), lambda row: row.plan_name or ""),
    (lambda: _("Plan status"), lambda row: str(PlanStatus(row.plan_status).label) if row.plan_status else _("no plan yet")),
]


@require_GET
def export_csv(request: WorkspaceRequest) -> HttpResponse:
    found = _found(request)
    return _file(found, csv_bytes(_lines(found)), "csv", "text/csv; charset=utf-8")


@require_GET
def export_xlsx(request: WorkspaceRequest) -> HttpResponse:
    """Two pages when there are groups: the lines, and the groups with each deal once."""
    found = _found(request)
    sheets = [_lines(found), _groups(found)] if found.groups else [_lines(found)]
    return _file(found, xlsx_bytes(sheets), "xlsx", _XLSX)


def _found(request: WorkspaceRequest) -> Portfolio:
    today = clock.today(request.user.time_zone)
    params = request.GET.dict() | {"order": ",".join(request.GET.getlist("order"))}
    query, _problems = read_query(params, viewer=request.viewer, today=today)
    return portfolio(query=query, viewer=request.viewer, today=today, limit=None)


def _file(found: Portfolio, content: bytes, ending: str, content_type: str) -> HttpResponse:
    name = f"{slugify(_('Portfolio')) or 'portfolio'}-{found.query.period.key}.{ending}"
    return HttpResponse(content, content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _columns(found: Portfolio) -> list[SheetColumn]:
    """Money names its currency in the head, so that the cells are numbers."""
    made = []
    for name in _FIGURES:
        column = COLUMNS[name]
        label = f"{column.name}, {found.currency}" if column.kind is Kind.MONEY else str(column.name)
        made.append(SheetColumn(label, column.kind.value, 16))
    return [*made, SheetColumn(_("Hidden deals"), "count"), SheetColumn(_("Left out: no rate"), "count")]


def _values(figures: Figures) -> list[Cell]:
    values: list[Cell] = []
    for name in _FIGURES:
        value = figures.shown(name)
        values.append(value.amount if isinstance(value, Money) else round(value, 6) if isinstance(value, Decimal) else value)
    return [*values, figures.hidden, figures.unrated + figures.unrated_targets]


def _lines(found: Portfolio) -> Sheet:
    labels = {group.group: group.label for group in found.groups}
    texts = [SheetColumn(name(), "text", 34 if at == 0 else 18) for at, (name, _value) in enumerate(_TEXTS)]
    rows: list[list[Cell]] = [[value(row) for _name, value in _TEXTS] + _values(row.figures) for row in found.rows]
    total: list[Cell] = [_("Total, each deal once"), *[None] * (len(_TEXTS) - 1), *_values(found.total.figures)]
    if not found.groups:
        return Sheet(_("Portfolio"), texts + _columns(found), rows, total)
    grouped = [[labels.get(line.group, ""), *row] for line, row in zip(found.rows, rows, strict=True)]
    head = SheetColumn(str(GROUPS[found.query.group].name), "text", 24)
    return Sheet(_("Portfolio"), [head, *texts, *_columns(found)], grouped, [total[0], None, *total[1:]])


def _groups(found: Portfolio) -> Sheet:
    head = [SheetColumn(str(GROUPS[found.query.group].name), "text", 34), SheetColumn(_("Accounts"), "count")]
    rows: list[list[Cell]] = [[group.label, group.accounts, *_values(group.figures)] for group in found.groups]
    total: list[Cell] = [_("Total, each deal once"), found.total.accounts, *_values(found.total.figures)]
    return Sheet(_("Groups"), head + _columns(found), rows, total)
