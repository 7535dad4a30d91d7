"""The page of a list: head, toolbar, rows, groups, footer; and the parts of it that scrolling and menus ask for.

`?part=rows&after=…&in=…` further rows, `?part=groups&from=…` further groups, `?part=foot` the footer, `?part=menu&column=…` a
column's menu, `?part=panel&panel=…` what a menu of the bar offers. Without a part: the page, which works as pages of rows without
any script.
"""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from keystead.base import clock
from keystead.base.numbers import whole
from keystead.data.permissions import READ_ACTION, Reach, editable, reach
from keystead.domain.grid.columns import Kind, Reader
from keystead.domain.grid.ordering import cursor_of
from keystead.domain.grid.rows import MOST_GROUPS_SHOWN, PAGE, Group, Rows
from keystead.domain.workspace.permissions import may
from keystead.web.grid import menus
from keystead.web.grid.drawing import Drawer
from keystead.web.grid.filters import set_filters
from keystead.web.grid.listing import Listing
from keystead.web.grid.panels import panel
from keystead.web.grid.state import State, hidden_inputs, state_of
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way
from keystead.web.templatetags import formats

COUNTED_AT_ONCE = 2_000  # of more rows than this their number comes after the page, with the footer


class DrawsItself(ABC):
    """Rows that know more of their bodies than one line after another: the page asks them for the bodies."""

    @abstractmethod
    def bodies(self, page: "Page", after: str) -> str:
        """The table's bodies from the place `after` on ("": the first), escaped."""


@dataclass
class Page:
    """One answer: the list as it is asked for, and what draws it."""

    request: WorkspaceRequest
    listing: Listing
    state: State
    rows: Rows
    drawer: Drawer

    def lines(self, records: list[Any]) -> str:
        extra = self.listing.prepare(records, self.rows, self.request)
        return self.drawer.lines(records, extra, changeable(self.listing, self.request, records))

    @property
    def span(self) -> int:
        return len(self.drawer.columns) + (1 if self.drawer.may_edit else 0)

    def more(self, words: str, part: str = "rows", **where: str) -> str:
        """The row at the end of a body that brings the next ones: a link, which the page follows by itself when it is near."""
        return format_html(
            '<tr class="grid-more"><td colspan="{}"><a class="btn btn-s" href="{}" data-more="{}">{}</a></td></tr>',
            self.span, self.state.to(None, **where), self.state.to(None, part=part, **where), words,
        )  # fmt: skip


def page_of(request: WorkspaceRequest, listing: Listing) -> Page:
    state = state_of(request, listing.grid)
    rows = listing.rows(state.asked, Reader(request.viewer, clock.today(request.user.time_zone)))
    may_edit = reach(request.viewer, listing.grid.edit_action) is not Reach.NONE
    return Page(request, listing, state, rows, (listing.drawer or Drawer)(listing, rows, may_edit=may_edit))


def changeable(listing: Listing, request: WorkspaceRequest, records: list[Any]) -> set[Any] | None:
    """Which of these the viewer may change; None for all."""
    how_far, closed = reach(request.viewer, listing.grid.edit_action), listing.grid.closed
    is_open = [record for record in records if closed is None or not closed.holds(record)]
    if how_far is Reach.ALL:
        return None if len(is_open) == len(records) else {record.pk for record in is_open}
    if how_far is Reach.NONE or not is_open:
        return set()
    wanted = listing.grid.model._base_manager.filter(pk__in=[record.pk for record in is_open])
    return set(editable(wanted, request.viewer, listing.grid.edit_action).values_list("pk", flat=True))


def grid_page(request: WorkspaceRequest, listing: Listing) -> HttpResponse:
    page = page_of(request, listing)
    part = request.GET.get("part", "")
    if part in _PARTS:
        return _PARTS[part](page)
    context = context_of(page) | listing.frame(request) | listing.framed(request, page)
    if not wants_fragment(request):
        return render(request, listing.template, context)
    response = render(request, "grid/whole.html", context)
    response["HX-Push-Url"] = request.path + page.state.to().removesuffix("?")
    return response


def context_of(page: Page) -> dict[str, Any]:
    state, rows = page.state, page.rows
    counted = rows.count(COUNTED_AT_ONCE + 1)
    is_small = counted <= COUNTED_AT_ONCE
    has_foot = counted > 0 and is_small and page.listing.is_foot_at_once(counted)
    after = page.request.GET.get("after", "")
    within = _within(page)
    narrowing = [name for name in state.asked.filters if name not in page.listing.grid.context]
    slug, many = page.request.workspace.slug, formats.number(COUNTED_AT_ONCE, page.drawer.language)
    foot, total = rows.foot() if has_foot else ({}, counted)
    bodies = _bodies(page, after, within) if counted else ""
    return {
        "listing": page.listing, "state": state, "total": total, "is_small": is_small,
        "counted": page.listing.counted(total) if is_small else _("more than %(n)s") % {"n": many},
        "bodies": mark_safe(bodies),  # noqa: S308 - the drawer escapes
        "foot": mark_safe(page.drawer.feet(foot, total)) if has_foot else "",  # noqa: S308 - likewise
        "foot_url": "" if has_foot or not counted else state.to(part="foot"),
        "span": page.span,
        "heads": menus.heads(page), "may_edit": page.drawer.may_edit,
        "filters": set_filters(state, rows.reader), "is_filtered": bool(narrowing),
        "hidden_extra": hidden_inputs(state, but={"q"}),
        "q": state.asked.one("q"), "everything": state.without(*narrowing),
        "views": menus.views(page),
        "problems": [*state.asked.problems, *rows.problems],
        "top": state.to() if after or within else "",
        "export_xlsx": reverse(f"{page.listing.id}:export_xlsx", args=[slug]) + state.in_full,
        "export_csv": reverse(f"{page.listing.id}:export_csv", args=[slug]) + state.in_full,
        "cells_url": cells_url(page.listing, slug), "bulk_url": reverse(f"{page.listing.id}:bulk", args=[slug]) + state.in_full,
        "crumbs": [{"label": page.listing.title, "url": ""}],
        **menus.bar(page),
        **({} if bodies else _when_empty(page)),  # the last rows may have gone since they were counted
    }  # fmt: skip


def _when_empty(page: Page) -> dict[str, Any]:
    """What an empty list teaches: the way to its first record, unless the viewer's role will never see one."""
    viewer, sees_some = page.request.viewer, may(page.request.viewer, READ_ACTION[page.listing.grid.model.__name__])
    return {
        "imports": way("imports:new", page.request.workspace) if may(viewer, "import.create") else "",
        "empty_template": page.listing.template.replace(".html", "_empty.html") if sees_some else "shell/unseen.html",
    }


def cells_url(listing: Listing, slug: str) -> str:
    return (
        reverse(f"{listing.id}:cell", args=[slug, UUID(int=0), "column"])
        .replace(str(UUID(int=0)), "{id}")
        .replace("/column/", "/{column}/")
    )


# Bodies: one of rows, or for each group its line and its rows


def _bodies(page: Page, after: str, within: tuple[Any, ...] | None) -> str:
    if isinstance(page.rows, DrawsItself):
        return page.rows.bodies(page, after)
    if page.state.asked.group and within is None:
        return _groups(page, 0)
    limit = PAGE if after or within else page.listing.first_rows
    return _body(page, *page.rows.page(after, within, limit), within)


def _body(page: Page, records: list[Any], cursor: str, within: tuple[Any, ...] | None = None, name: str = "") -> str:
    where = {"after": cursor, "in": _address(within)} if cursor else {}
    more = page.more(_("Show more"), **where) if cursor else ""
    ident = f' id="{name}"' if name else ""
    return f'<tbody class="grid-rows"{ident}>{page.lines(records)}{more}</tbody>'


def _groups(page: Page, offset: int) -> str:
    """The groups' lines. The first rows stand in them at once; the others come when they are scrolled to."""
    found = page.rows.groups(offset)
    depths = len(page.state.asked.group)
    first = _first_rows(page) if offset == 0 else {}
    made, spare = [], page.listing.first_rows if offset == 0 else 0
    for number, group in enumerate(found, start=offset * 2):
        depth, body = len(group.keys), f"g{number}"
        made.append(f'<tbody class="grid-group" data-depth="{depth}">{page.drawer.group(group, depth=depth, body=body)}</tbody>')
        if depth == depths:
            made.append(_group_body(page, group, first.get(group.keys, []), body, may_fill=spare > 0))
            spare -= group.count
    outer = sum(1 for group in found if len(group.keys) == 1)
    if outer == MOST_GROUPS_SHOWN:
        more = page.more(_("More groups"), "groups", **{"from": str(offset + outer)})
        made.append(f'<tbody class="grid-rows">{more}</tbody>')
    return "".join(made)


def _first_rows(page: Page) -> dict[tuple[Any, ...], list[Any]]:
    """The first page of rows across groups, by their groups' keys."""
    depths = range(len(page.state.asked.group))
    listed = list(page.rows.in_order()[: page.listing.first_rows])
    return {keys: list(records) for keys, records in groupby(listed, lambda row: tuple(getattr(row, f"g{at}") for at in depths))}


def _group_body(page: Page, group: Group, records: list[Any], name: str, *, may_fill: bool) -> str:
    if not may_fill or not records:
        more = page.more(_("Show rows"), **{"in": group.address})
        return f'<tbody class="grid-rows" id="{name}">{more}</tbody>'
    cursor = cursor_of(records[-1], page.rows.keys()) if len(records) < group.count else ""
    return _body(page, records, cursor, group.keys, name)


def _address(keys: tuple[Any, ...] | None) -> str:
    return "" if keys is None else Group(keys, "", 0, {}).address


def _within(page: Page) -> tuple[Any, ...] | None:
    """The group that the address names, its keys as the database compares them; None when it names none."""
    text = page.request.GET.get("in", "")
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) > len(page.state.asked.group) or not found:
        return None
    names = page.state.asked.group
    return tuple(_key(page, name, value) for name, value in zip(names, found, strict=False))


def _key(page: Page, name: str, value: Any) -> Any:
    column = page.listing.grid.columns[name]
    if value is None or isinstance(value, bool) or column.kind is Kind.YES_NO:
        return value if isinstance(value, bool) and column.kind is Kind.YES_NO else None
    text = str(value).replace("\x00", "").encode("utf-8", "ignore").decode()  # half a surrogate pair is in no group
    if column.kind is Kind.DAY:
        return _day(text)
    if column.kind in (Kind.PERSON, Kind.REFERENCE) or (column.kind is Kind.CHOICE and column.label):
        try:
            return UUID(text)
        except ValueError:
            return UUID(int=0)
    return text


def _day(text: str) -> date | None:
    try:
        return parse_date(text[:10])
    except ValueError:  # a day that no calendar has
        return None


# Parts


def _rows_part(page: Page) -> HttpResponse:
    if isinstance(page.rows, DrawsItself):
        return HttpResponse(page.rows.bodies(page, page.request.GET.get("after", "")))
    within = _within(page)
    records, cursor = page.rows.page(page.request.GET.get("after", ""), within)
    return HttpResponse(_body(page, records, cursor, within))


def _groups_part(page: Page) -> HttpResponse:
    return HttpResponse(_groups(page, whole(page.request.GET.get("from", ""), 6) or 0))


def _foot_part(page: Page) -> HttpResponse:
    foot, total = page.rows.foot()
    return HttpResponse(page.drawer.feet(foot, total), headers={"X-Grid-Count": str(total)})


def _menu_part(page: Page) -> HttpResponse:
    name = page.request.GET.get("column", "")
    if name not in page.listing.grid.columns:
        return HttpResponse(status=404)
    return render(page.request, "grid/menu.html", menus.column_menu(page, name))


_PARTS = {"rows": _rows_part, "groups": _groups_part, "foot": _foot_part, "menu": _menu_part, "panel": panel}
