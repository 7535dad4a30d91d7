"""A list as a file: exactly what is shown. Its columns, order, groups and filters; numbers as numbers, formulas asleep."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from keystead.base.money import EXACT, Money
from keystead.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from keystead.documents.sheets import Kind as SheetKind
from keystead.domain.grid.columns import FOOT, Column, Kind
from keystead.domain.grid.footing import Foot
from keystead.domain.grid.rows import Group
from keystead.web.grid.listing import Listing
from keystead.web.grid.page import Page, page_of
from keystead.web.requests import WorkspaceRequest

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS: dict[Kind, SheetKind] = {Kind.NUMBER: "count", Kind.MONEY: "money", Kind.RATIO: "ratio", Kind.DAY: "day"}
_RATIO = Decimal("0.0001")
_AT_ONCE = 2_000  # rows whose cells are looked up together
assert set(_KINDS.values()) <= set(get_args(SheetKind))


def export_csv(request: WorkspaceRequest, listing: Listing) -> HttpResponse:
    return _file(listing, csv_bytes(_lines(page_of(request, listing))), "csv", "text/csv; charset=utf-8")


def export_xlsx(request: WorkspaceRequest, listing: Listing) -> HttpResponse:
    """The rows with the footer as their last; grouped, a second page with the groups."""
    page = page_of(request, listing)
    sheets = [_lines(page, has_total=True)] + ([_groups(page)] if page.state.asked.group else [])
    return _file(listing, xlsx_bytes(sheets), "xlsx", _XLSX)


def _file(listing: Listing, content: bytes, ending: str, kind: str) -> HttpResponse:
    name = f"{slugify(str(listing.title)) or listing.id}.{ending}"
    return HttpResponse(content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _lines(page: Page, *, has_total: bool = False) -> Sheet:
    grouped = _apart(page)
    heads = [SheetColumn(str(column.name), "text", 24) for _at, column in grouped] + _heads(page)
    rows = [[*_group_cells(page, record), *cells] for record, cells in _records(page)]
    total: list[Cell] | None = None
    if has_total and rows:
        feet, _count = page.rows.foot()
        total = [*[None] * len(grouped), *_feet(page, feet)]
    return Sheet(str(page.listing.title), heads, rows, total)


def _columns(page: Page) -> list[Column]:
    """Those that are shown, without the ones that only draw what others say; what says several things in its parts, once."""
    shown = [column for column in page.drawer.columns if not column.is_drawing]
    names = [part for column in shown for part in page.listing.cells[column.id].in_files or (column.id,)]
    return [page.listing.grid.columns[name] for name in dict.fromkeys(names)]


def _head(page: Page, column: Column) -> str:
    """Money that is all in one currency names it in the head, so that the cells are numbers."""
    is_one = column.kind is Kind.MONEY and not column.currency
    return f"{column.name}, {page.rows.reader.viewer.workspace.currency}" if is_one else str(column.name)


def _heads(page: Page) -> list[SheetColumn]:
    made = []
    for column in _columns(page):
        made.append(SheetColumn(_head(page, column), _KINDS.get(column.kind, "text"), max(10, column.width // 8)))
        if _has_currency(page, column):
            made.append(SheetColumn(_("%(amount)s, currency") % {"amount": column.name}, "text", 10))
    return made


def _has_currency(page: Page, column: Column) -> bool:
    """Beside money stands its currency, so that the amount is a number; unless that is a column of its own already."""
    return column.kind is Kind.MONEY and bool(column.currency) and "currency" not in page.rows.shown


def _records(page: Page) -> Iterator[tuple[Any, list[Cell]]]:
    found = list(page.rows.in_order())
    for start in range(0, len(found), _AT_ONCE):
        records = found[start : start + _AT_ONCE]
        extra = page.listing.prepare(records, page.rows, page.request)
        for record in records:
            cells: list[Cell] = []
            for column in _columns(page):
                cells += _cells(page, column, page.listing.cells[column.id].raw(record, extra))
            yield record, cells


def _cells(page: Page, column: Column, value: Any) -> list[Cell]:
    if _has_currency(page, column):
        return [value.rounded().amount, value.currency] if isinstance(value, Money) else [None, None]
    return [_plain(column, value)]


def _plain(column: Column, value: Any) -> Cell:
    """A value as a cell of a file: an amount with its currency's decimals, a ratio with four."""
    if isinstance(value, Money):
        return value.rounded().amount
    if column.kind is Kind.RATIO and isinstance(value, Decimal):
        return value.quantize(_RATIO, context=EXACT)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if value is None or isinstance(value, (int, Decimal, date)):
        return value
    return str(value)


def _grouping(page: Page) -> list[Column]:
    return [page.listing.grid.columns[name] for name in page.state.asked.group]


def _apart(page: Page) -> list[tuple[int, Column]]:
    """The grouped columns that are not shown anyway, each with its place among the groups: they stand first. A day's group
    is its month."""
    shown = {column.id for column in _columns(page) if column.kind is not Kind.DAY}
    return [(at, column) for at, column in enumerate(_grouping(page)) if column.id not in shown]


def _group_cells(page: Page, record: Any) -> list[Cell]:
    made: list[Cell] = []
    for at, column in _apart(page):
        key = getattr(record, f"g{at}")
        label = getattr(record, f"l{at}", None)
        made.append(page.drawer.group_words(Group((key,), label if label is not None else key, 0, {}), column.id))
    return made


def _feet(page: Page, feet: dict[str, Foot]) -> list[Cell]:
    made: list[Cell] = []
    for at, column in enumerate(_columns(page)):
        foot = feet.get(column.id)
        one = foot.values[0] if foot and len(foot.values) == 1 else None
        cell = _foot_cell(column, foot) if foot else None
        if at == 0:
            cell = page.listing.counted(int(one)) if isinstance(one, int) else _("Total")
        made.append(cell)
        if _has_currency(page, column):
            made.append(one.currency if isinstance(one, Money) else None)
    return made


def _groups(page: Page) -> Sheet:
    """Each group with how many it has and what the footer says of it."""
    columns = [column for column in _columns(page)[1:] if column.id in page.rows.foots]
    heads = [SheetColumn(str(column.name), "text", 28) for column in _grouping(page)] + [SheetColumn(_("Rows"), "count")]
    for column in columns:
        how = page.rows.foots[column.id]
        heads.append(
            SheetColumn(
                _head(page, column) + ("" if how == "sum" else f", {FOOT[how]}"),
                "count" if how in ("count", "empty") else _KINDS.get(column.kind, "text"),
                18,
            )
        )
    rows: list[list[Cell]] = []
    words: list[str] = []
    for group in page.rows.groups(limit=100_000):
        depth = len(group.keys)
        words = [*words[: depth - 1], page.drawer.group_words(group, page.state.asked.group[depth - 1])]
        padded: list[Cell] = [*words, *[None] * (len(page.state.asked.group) - depth)]
        rows.append([*padded, group.count, *(_foot_cell(column, group.foot[column.id]) for column in columns)])
    return Sheet(_("Groups"), heads, rows)


def _foot_cell(column: Column, foot: Foot) -> Cell:
    if len(foot.values) > 1:
        return " · ".join(f"{value.rounded().amount:f} {value.currency}" for value in foot.values)
    return _plain(column, foot.values[0]) if foot.values else None
