"""Lists: filtered, ordered, and cut into pages by the last row seen (keyset), so that page 1,000 costs what page 1 costs."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Q, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext as _

from keystead.api.wire.bodies import as_text
from keystead.api.wire.fields import Filter, OrderColumn
from keystead.api.wire.problems import Fault, Problem, refused, refused_one
from keystead.api.wire.texts import clean_text
from keystead.base.numbers import whole
from keystead.data.counting.models import count
from keystead.data.permissions import READ_ACTION, Reach, reach
from keystead.data.workspace.models import Member

MOST, USUAL = 500, 50
SORTED_AT_ONCE = 2_000  # so few rows are put in any order sooner than their first are looked for
_ID = OrderColumn("id", False, UUID)
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    column: OrderColumn
    down: bool

    @property
    def expression(self) -> Any:
        # NULL counts as the greatest, as PostgreSQL's own order has it: only then do the indexes serve both directions.
        return F(self.column.path).desc() if self.down else F(self.column.path).asc()


@dataclass(frozen=True, slots=True)
class Question:
    """What a list was asked for. `total` is known on pages after the first: it travels in the cursor."""

    condition: Q
    order: tuple[Ordered, ...]
    notes: Mapping[str, Any]  # columns that are made for the order, by name
    limit: int
    after: tuple[Any, ...] | None
    total: int | None
    fingerprint: str


def question(
    request: HttpRequest,
    *,
    viewer: Member,
    filters: Mapping[str, Filter],
    orders: Mapping[str, Sequence[OrderColumn]],
    order: str,
) -> Question:
    """Reads the query parameters. Raises `Problem` naming every one that is unknown or makes no sense."""
    faults: list[Fault] = []
    condition, limit = Q(), USUAL
    for name, values in request.GET.lists():
        try:
            if name == "limit":
                limit = _limit(_single(values))
            elif name not in ("cursor", "order"):
                condition &= _condition(name, values, filters, viewer)
        except Problem as problem:
            faults += [Fault(f"?{_shown(name)}", fault.code, fault.message) for fault in problem.faults]
    ordered: tuple[Ordered, ...] = ()
    try:
        ordered = _order(request.GET.get("order", order), orders)
    except Problem as problem:
        faults += problem.faults
    if faults:
        raise refused(faults)
    ordered, notes = _seen_only(ordered, viewer)
    fingerprint = _fingerprint(request)
    after, total = _read_cursor(request.GET.get("cursor"), ordered, fingerprint)
    return Question(condition, ordered, notes, limit, after, total, fingerprint)


def _shown(name: str) -> str:
    return name if len(name) <= 100 and name.isprintable() else "…"


def _single(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise refused_one("", "repeated", _("This parameter may be given once."))
    return values[0]


def _limit(text: str) -> int:
    limit = whole(text) or 0
    if not 1 <= limit <= MOST:
        raise refused_one("", "out_of_range", _("A whole number from 1 to %(most)s is expected here.") % {"most": MOST})
    return limit


def _condition(name: str, values: Sequence[str], filters: Mapping[str, Filter], viewer: Member) -> Q:
    found = filters.get(name)
    if found is None:
        raise refused_one("", "unknown_parameter", _("There is no such parameter here."))
    text = clean_text(",".join(values) if found.many else _single(values), "")
    return found.condition(text) & (found.guard(viewer, text) if found.guard else Q())


def _order(text: str, orders: Mapping[str, Sequence[OrderColumn]]) -> tuple[Ordered, ...]:
    """The columns of ?order=-close_date,name, with the id at the end so that no two rows tie."""
    ordered: list[Ordered] = []
    for part in text.split(","):
        name, down = part.strip().removeprefix("-"), part.strip().startswith("-")
        columns = [_ID] if name == "id" else orders.get(name)
        if not columns:
            message = _("Lists can be ordered by these fields: %(names)s.") % {"names": ", ".join(["id", *orders])}
            raise refused_one("?order", "unknown_order", message)
        ordered += [Ordered(column, down) for column in columns]
    paths = [one.column.path for one in ordered]
    if len(set(paths)) != len(paths):
        raise refused_one("?order", "repeated", _("A list can be ordered by a field once."))
    return tuple(ordered if "id" in paths else [*ordered, Ordered(_ID, ordered[-1].down)])


def _seen_only(order: tuple[Ordered, ...], viewer: Member) -> tuple[tuple[Ordered, ...], dict[str, Any]]:
    """Orders by the name of another record as if unseen ones had none: neither the order nor the cursor then tells it."""
    found, notes = [], {}
    for one in order:
        column = one.column
        if column.of and reach(viewer, READ_ACTION[column.of[0].__name__]) is not Reach.ALL:
            model, key = column.of
            name = "seen_" + column.path.replace("__", "_")
            seen = When(**{f"{key}__in": model.objects.visible_to(viewer)}, then=F(column.path))
            notes[name] = Case(seen, default=None, output_field=CharField())
            column = OrderColumn(name, True, column.read)
        found.append(Ordered(column, one.down))
    return tuple(found), notes


def _fingerprint(request: HttpRequest) -> str:
    """A cursor belongs to one list: the same address, filters and order."""
    asked = sorted((name, values) for name, values in request.GET.lists() if name not in ("limit", "cursor"))
    return hashlib.sha256(repr((request.path, asked)).encode("utf-8", "replace")).hexdigest()[:12]


def _read_cursor(text: str | None, order: tuple[Ordered, ...], fingerprint: str) -> tuple[tuple[Any, ...] | None, int | None]:
    if text is None:
        return None, None
    try:
        mark, total, *values = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=="))
        if mark != fingerprint or len(values) != len(order) or isinstance(total, bool) or not isinstance(total, int) or total < 0:
            raise ValueError(text)
        return tuple(_back(value, one.column) for value, one in zip(values, order, strict=True)), total
    except (ValueError, TypeError, RecursionError, Problem) as error:
        message = _("This cursor is not from this list: use the address in next with the same filters and order.")
        raise refused_one("?cursor", "bad_cursor", message) from error


def _back(value: Any, column: OrderColumn) -> Any:
    if value is None and column.nullable:
        return None
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    value.encode()  # half a surrogate pair is a UnicodeError, which is a ValueError
    return column.read(value)


def write_cursor(asked: Question, last: Mapping[str, Any], total: int) -> str:
    values = [last[one.column.path] for one in asked.order]
    texts = [value if value is None or isinstance(value, str) else as_text(value) for value in values]
    content = json.dumps([asked.fingerprint, total, *texts])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def beyond(order: Sequence[Ordered], after: Sequence[Any]) -> Q:
    """The rows that come after one with these values, in this order."""
    found, same = Q(), Q()
    for one, value in zip(order, after, strict=True):
        further = _further(one, value)
        if further is not None:
            found |= same & further
        path = one.column.path
        same &= Q(**{f"{path}__isnull": True}) if value is None else Q(**{path: value})
    return _bound(order[0], after[0]) & found


def _further(one: Ordered, value: Any) -> Q | None:
    path = one.column.path
    if value is None:
        return Q(**{f"{path}__isnull": False}) if one.down else None
    if one.down:
        return Q(**{f"{path}__lt": value})
    above = Q(**{f"{path}__gt": value})
    return above | Q(**{f"{path}__isnull": True}) if one.column.nullable else above


def _bound(first: Ordered, value: Any) -> Q:
    """Says once more, as one comparison, where the rest begins: with it an index is entered at that place."""
    if value is None or (first.column.nullable and not first.down):
        return Q()
    return Q(**{f"{first.column.path}__{'lte' if first.down else 'gte'}": value})


def page(queryset: QuerySet[Any], asked: Question, columns: Sequence[str]) -> tuple[list[Row], str | None, int]:
    """(rows of these columns, the next cursor or None, how many there are in all), in two queries; one after the first page.

    Two more when many rows are in an order that is put together from parts.
    """
    matching = queryset.filter(asked.condition).annotate(**asked.notes)
    total = asked.total if asked.total is not None else count(matching)
    if asked.after is not None:
        matching = matching.filter(beyond(asked.order, asked.after))
    wanted = list(dict.fromkeys([*columns, *(one.column.path for one in asked.order)]))
    order = [one.expression for one in asked.order]
    # Which rows, first; what stands beside them (accounts, owners, stages) is then looked up for a page of rows and not for all.
    first, chosen = asked.order[0].column.first, matching.order_by(*order).values("pk")[: asked.limit + 1]
    if first is not None and total > SORTED_AT_ONCE:
        chosen = first(matching, order, asked.limit + 1)
    rows = list(
        queryset.model.objects.annotate(**asked.notes)
        .filter(pk__in=chosen)
        .order_by(*order)
        .values_list(*wanted)[: asked.limit + 1]
    )
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    cursor = write_cursor(asked, dict(zip(wanted, rows[-1], strict=True)), total) if more else None
    return rows, cursor, total
