"""The portfolio's page: one grid whose whole state stands in its address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.domain.accounts.portfolio import PAGE, Portfolio, portfolio
from keystead.domain.accounts.portfolio_columns import COLUMNS, GROUPS
from keystead.domain.accounts.portfolio_query import PortfolioQuery, read_query
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.workspace.permissions import may
from keystead.web.plans.words import local_time, rates_sentence
from keystead.web.portfolio import choices
from keystead.web.portfolio.address import Address, chosen_columns
from keystead.web.portfolio.cells import Cells
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way


@require_GET
def portfolio_list(request: WorkspaceRequest) -> HttpResponse:
    """The page; to htmx its grid (`portfolio/list.html#portfolio`), or with `after` the further lines alone."""
    today = clock.today(request.user.time_zone)
    params = request.GET.dict() | {"order": ",".join(request.GET.getlist("order"))}
    query, problems = read_query(params, viewer=request.viewer, today=today)
    after = int(params["after"]) if params.get("after", "").isdecimal() and len(params["after"]) < 9 else 0
    columns = chosen_columns(",".join(request.GET.getlist("columns")))
    found = portfolio(query=query, viewer=request.viewer, today=today, limit=PAGE, offset=after)
    address = Address.of(query, columns, fiscal_calendar(request.workspace).year_of(today))
    context = _grid(request, found, address, columns, after)
    if wants_fragment(request) and after:
        return render(request, "portfolio/lines.html", context)
    context |= _frame(request, query, address, columns, found) | {"problems": problems}
    if not wants_fragment(request):
        return render(request, "portfolio/list.html", context)
    response = render(request, "portfolio/list.html#portfolio", context)
    response["HX-Push-Url"] = request.path + address.to().removesuffix("?")
    return response


def _grid(request: WorkspaceRequest, found: Portfolio, address: Address, columns: list[str], after: int) -> dict[str, Any]:
    cells = Cells(found, address, request.workspace, columns)
    last = found.rows[-1].group if found.rows else ""
    shown = after + len(found.rows)
    more = address.to(after=shown, **({"in": last} if found.groups else {})) if shown < found.lines else ""
    return {
        "found": found,
        "lines": list(cells.lines(request.GET.get("in") if after else None)),
        "foot": cells.foot(),
        "extra": columns,
        "span": 9 + len(columns),
        "shown": shown,
        "more": more,
        "new_plan": way("plans:new", request.workspace),
    }


def _frame(
    request: WorkspaceRequest, query: PortfolioQuery, address: Address, columns: list[str], found: Portfolio
) -> dict[str, Any]:
    """Head, filters and menus."""
    export = address.to().removeprefix("?")
    grouping = GROUPS.get(query.group)
    return {
        "crumbs": [{"label": _("Portfolio"), "url": ""}],
        "query": query,
        "heads": _heads(query, address, columns),
        "periods": choices.period_links(query.period, request.workspace, address, clock.today(request.user.time_zone)),
        "filters": choices.filters(query, address, request.viewer),
        "below": address.base["below"],
        "below_clear": address.to(below=""),
        "groups": choices.groups(query),
        "grouping": grouping,
        "sorts": choices.sorts(query),
        "sort_words": ", ".join(str(COLUMNS[sort.column].name) for sort in query.order),
        "footers": choices.footers(query, columns),
        "optional": choices.optional_columns(columns),
        "address": address,
        "everything": address.to(**{name: "" for name in address.base if name not in ("group", "order", "columns", "period")}),
        "rates": rates_sentence(request.workspace.rate_policy, is_frozen=False)
        if request.workspace.rate_policy != "plan"
        else "",
        "as_of": local_time(clock.now()),
        "export": export,
        "rates_url": way("rates", request.workspace) if may(request.viewer, "rate.edit") else "",
        "may_create": may(request.viewer, "account.create"),
        "new_account": way("accounts:new", request.workspace),
        "imports": way("imports:list", request.workspace),
        "overlap": found.total.repeated,
    }


def _heads(query: PortfolioQuery, address: Address, columns: list[str]) -> dict[str, dict[str, str]]:
    """The link and the direction of every column's head."""
    directions = {sort.column: "desc" if sort.is_descending else "asc" for sort in query.order[:1]}
    return {
        name: {
            "label": str(COLUMNS[name].name),
            "url": address.sorted_by(name, query.order),
            "direction": directions.get(name, ""),
        }
        for name in COLUMNS
        if not COLUMNS[name].is_optional or name in columns
    }
