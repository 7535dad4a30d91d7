"""Heads and menus of a grid: every entry is a link to the same list, asked differently."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from keystead.domain.grid.asking import Sort
from keystead.domain.grid.columns import FOOT, Column
from keystead.domain.workspace.permissions import may
from keystead.domain.workspace.views import may_change
from keystead.web.grid.drawing import classes_of
from keystead.web.grid.panels import PANELS
from keystead.web.grid.state import WITHOUT_VIEW

if TYPE_CHECKING:
    from keystead.web.grid.page import Page


def _turned(column: Column, order: tuple[Sort, ...]) -> Sort:
    """The way round that a click asks for: figures and days from the greatest first, and what stands there already turned."""
    now = next((sort for sort in order if sort.column == column.id), None)
    return Sort(column.id, not now.is_descending) if now else Sort(column.id, column.kind.is_range)


def heads(page: "Page") -> list[dict[str, Any]]:
    """Each shown column's head: where a click leads (sorting by it alone) and where one with Shift does (by it as well)."""
    state, order = page.state, page.rows.order
    made = []
    for column in page.drawer.columns:
        at = next((turn for turn, sort in enumerate(order) if sort.column == column.id), None)
        turned = _turned(column, order)
        added = [turned if sort.column == column.id else sort for sort in order] if at is not None else [*order, turned]
        made.append({
            "id": column.id, "label": column.name, "classes": classes_of(column, is_chosen=bool(state.asked.columns)),
            "width": state.asked.widths.get(column.id, column.width),
            "direction": "" if at is None else "desc" if order[at].is_descending else "asc",
            "turn": at + 1 if at is not None and len(order) > 1 else 0,
            "url": state.sorted_by([turned]) if column.can_sort else "",
            "add_url": state.sorted_by(added) if column.can_sort else "",
            "edits": bool(column.edits), "is_group": column.id in state.asked.group,
            "menu_url": state.to(None, part="menu", column=column.id),
        })  # fmt: skip
    return made


def column_menu(page: "Page", name: str) -> dict[str, Any]:
    """What can be done with one column."""
    state, column, order = page.state, page.listing.grid.columns[name], page.rows.order
    shown, others = list(page.rows.shown), [sort for sort in order if sort.column != name]
    is_in = len(others) < len(order)
    at = shown.index(name) if name in shown else 0
    then_up, then_down = state.sorted_by([*others, Sort(name)]), state.sorted_by([*others, Sort(name, is_descending=True)])
    is_figure, up, down = column.kind.is_range, Sort(name), Sort(name, is_descending=True)
    sorts = [
        (_("Least first") if is_figure else _("A to Z"), state.sorted_by([up]), "arrow-up", order == (up,)),
        (_("Greatest first") if is_figure else _("Z to A"), state.sorted_by([down]), "arrow-down", order == (down,)),
        (_("Then by this, least first") if is_figure else _("Then by this, A to Z"), then_up, "", False),
        (_("Then by this, greatest first") if is_figure else _("Then by this, Z to A"), then_down, "", False),
    ]  # fmt: skip
    if is_in and state.asked.order:
        sorts.append((_("Do not sort by this"), state.sorted_by(others), "x", False))
    groups = [group for group in state.asked.group if group != name]
    can_join = column.can_group and bool(groups) and page.listing.grid.most_groups > 1 and name not in state.asked.group
    how = state.asked.foot.get(name, column.foot)
    return {
        "column": column, "sorts": sorts if column.can_sort else [],
        "group_url": state.grouped_by([name]) if column.can_group and state.asked.group != (name,) else "",
        "then_group_url": state.grouped_by([*groups, name]) if can_join else "",
        "ungroup_url": state.grouped_by(groups) if name in state.asked.group else "",
        "feet": [(words, state.footed(name, foot), foot == how) for foot, words in FOOT.items() if foot in column.feet],
        "no_foot": (state.footed(name, ""), not how or how == "none"),
        "left": state.with_columns(_swapped(shown, at, at - 1)) if at > 1 else "",
        "right": state.with_columns(_swapped(shown, at, at + 1)) if 0 < at < len(shown) - 1 else "",
        "hide": state.with_columns(each for each in shown if each != name) if at else "",
    }  # fmt: skip


def _swapped(names: list[str], one: int, other: int) -> list[str]:
    made = list(names)
    made[one], made[other] = made[other], made[one]
    return made


def bar(page: "Page") -> dict[str, Any]:
    """What the bar says of how the list is arranged, and where the choices of its menus are."""
    columns = page.listing.grid.columns
    return {
        "sort_words": ", ".join(str(columns[sort.column].name) for sort in page.rows.order),
        "group_words": ", ".join(str(columns[name].name) for name in page.state.asked.group),
        "panels": {name: page.state.to(None, part="panel", panel=name) for name in PANELS},
    }


def views(page: "Page") -> dict[str, Any]:
    """The views of this list, and what may be done with the one that is shown."""
    viewer, state, slug = page.request.viewer, page.state, page.request.workspace.slug
    listed, view, default = state.views, state.view, state.default
    return {
        "own": [_entry(each, state.view, default) for each in listed if not each.is_shared],
        "shared": [_entry(each, state.view, default) for each in listed if each.is_shared],
        "current": view, "is_changed": state.is_changed, "query": state.asked.query,
        "may_change": view is not None and may_change(view, viewer), "may_share": may(viewer, "view.share"),
        "may_save": may(viewer, "view.own"), "is_default": default is not None and view is not None and default.pk == view.pk,
        "all_url": f"?view={WITHOUT_VIEW}" if default else "?",
        "create_url": reverse("views:new", args=[slug]),
        "change_url": reverse("views:change", args=[slug, view.pk]) if view else "",
        "delete_url": reverse("views:deletion", args=[slug, view.pk]) if view else "",
        "default_url": reverse("views:default", args=[slug]),
    }  # fmt: skip


def _entry(view: Any, current: Any, default: Any) -> dict[str, Any]:
    return {
        "view": view, "url": f"?view={view.pk}", "is_current": current is not None and current.pk == view.pk,
        "is_default": default is not None and default.pk == view.pk,
    }  # fmt: skip
