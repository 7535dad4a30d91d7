"""What the menus of a list's bar offer: filters, groups, order, columns. A page carries none of it: each is asked for when its
menu is opened, and is a page of its own where no script runs.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from keystead.domain.grid.asking import MOST_SORTS
from keystead.domain.grid.columns import FOOT
from keystead.web.grid.filters import filters, names_of
from keystead.web.grid.state import hidden_inputs
from keystead.web.requests import wants_fragment

if TYPE_CHECKING:
    from keystead.web.grid.page import Page


def panel(page: "Page") -> HttpResponse:
    """One menu's form; 404 for a menu that no list has."""
    name = page.request.GET.get("panel", "")
    if name not in PANELS:
        return HttpResponse(status=404)
    words, form, offered = PANELS[name]
    template, context = f"grid/panels/{form}.html", offered(page)
    if wants_fragment(page.request):
        return render(page.request, template, context)
    crumbs = [{"label": page.listing.title, "url": page.request.path + page.state.to()}, {"label": words, "url": ""}]
    whole = {"panel": template, "words": words, "listing": page.listing, "crumbs": crumbs, "is_page": True}
    return render(page.request, "grid/panel.html", context | whole)


def _filters(page: "Page") -> dict[str, Any]:
    state, columns = page.state, page.listing.grid.columns.values()
    return {
        "filters": filters(state, page.rows.reader), "q": state.asked.one("q"),
        "hidden": hidden_inputs(state, but={"q", *(name for column in columns for name in names_of(column))}),
    }  # fmt: skip


def _groups(page: "Page") -> dict[str, Any]:
    grid, asked = page.listing.grid, list(page.state.asked.group)
    return {
        "name": "group", "words": _("Group by"), "none": pgettext("grouping", "none"),
        "choices": [(column.id, column.name) for column in grid.columns.values() if column.can_group],
        "keys": [*asked, *[""] * (grid.most_groups - len(asked))],
        "hidden": _all_but(page, group=()),
    }  # fmt: skip


def _sorts(page: "Page") -> dict[str, Any]:
    sorts: list[tuple[str, str]] = []
    for column in page.listing.grid.columns.values():
        if column.can_sort:
            up, down = (_("least first"), _("most first")) if column.kind.is_range else (_("A to Z"), _("Z to A"))
            sorts += [(column.id, f"{column.name}, {up}"), (f"-{column.id}", f"{column.name}, {down}")]
    keys = [sort.key for sort in page.rows.order]  # also the usual one, which nobody asked for
    return {
        "name": "order", "words": _("Sort by"), "none": "–", "choices": sorts,
        "keys": [*keys, *[""] * (MOST_SORTS - len(keys))], "hidden": _all_but(page, order=()),
    }  # fmt: skip


def _columns(page: "Page") -> dict[str, Any]:
    state, grid, shown = page.state, page.listing.grid, page.rows.shown
    in_order = [*shown, *(column.id for column in grid.columns.values() if column.can_show and column.id not in shown)]
    return {
        "columns": [(name, grid.columns[name].name, name in shown, name == grid.first) for name in in_order],
        "usual_columns": state.with_columns(grid.usual_columns) if state.asked.columns else "",
        "feet": [
            (f"foot_{column.id}", column.name, state.asked.foot.get(column.id, column.foot) or "none",
             [(how, FOOT[how]) for how in column.feet])
            for column in page.drawer.columns[1:]
        ],
        "hidden": _all_but(page, columns=(), foot={}),
    }  # fmt: skip


def _all_but(page: "Page", **left_out: Any) -> list[tuple[str, str]]:
    """The state that a form carries along; `left_out` is what the form itself says, empty."""
    return hidden_inputs(page.state, replace(page.state.asked, **left_out))


PANELS = {  # words, the template of the form, what it offers
    "filter": (gettext_lazy("Filter"), "filter", _filters),
    "group": (gettext_lazy("Group by"), "keys", _groups),
    "sort": (gettext_lazy("Sort by"), "keys", _sorts),
    "columns": (gettext_lazy("Columns"), "columns", _columns),
}
