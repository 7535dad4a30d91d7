"""The portfolio as a list that the grid can ask: its lines come from one statement, group by group, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _

from keystead.base.money import Money
from keystead.base.numbers import whole
from keystead.data.accounts.models import Account
from keystead.domain.accounts.portfolio.columns import COLUMNS, MOST_GROUPS, Kind, group_keys
from keystead.domain.accounts.portfolio.listing import Portfolio, portfolio
from keystead.domain.accounts.portfolio.query import picked_accounts, read_query
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Reader
from keystead.domain.grid.footing import Foot
from keystead.domain.grid.rows import Group, Rows
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.workspace.permissions import may
from keystead.web.grid.drawing import Drawer
from keystead.web.grid.page import DrawsItself, Page, changeable
from keystead.web.portfolio.address import Address
from keystead.web.portfolio.cells import Cells, GroupLine, Line, with_plans
from keystead.web.portfolio.columns import PORTFOLIO
from keystead.web.templatetags import pieces
from keystead.web.templatetags.portfolio import figure
from keystead.web.templatetags.quick import filled

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One line with what the grid calls it by."""

    line: Line
    may_plan: bool
    g0: str = ""
    l0: str = ""
    g1: str = ""
    l1: str = ""

    @property
    def pk(self) -> UUID:
        return self.line.row.account_id


class PortfolioRows(Rows, DrawsItself):
    def __init__(self, asked: Asked, reader: Reader) -> None:
        self.grid, self.asked, self.reader = PORTFOLIO, asked, reader
        self.shown = asked.columns or PORTFOLIO.usual_columns
        params: dict[str, str | Sequence[str]] = dict(asked.filters)
        params |= {"order": ",".join(sort.key for sort in asked.order), "group": ",".join(asked.group)}
        params |= {f"foot_{column}": how for column, how in asked.foot.items()}
        self.query, problems = read_query(params, viewer=reader.viewer, today=reader.today, most_groups=MOST_GROUPS)
        self.problems = problems  # type: ignore[misc]
        self.every = Account.objects.visible_to(reader.viewer)
        self._pages: dict[tuple[int, int | None], Portfolio] = {}

    @property
    def found(self) -> Any:  # type: ignore[override]
        """The accounts that the filters leave, for a change of many."""
        if self.query.below is None:
            return picked_accounts(self.query, self.reader.viewer)
        return self.every.filter(pk__in={row.account_id for row in self.at(0, is_all=True).rows})

    def at(self, offset: int, *, is_all: bool = False) -> Portfolio:
        """A page of it, or all, asked for once."""
        limit = None if is_all else PAGE
        if (offset, limit) not in self._pages:
            viewer, today = self.reader.viewer, self.reader.today
            self._pages[offset, limit] = portfolio(
                query=self.query, viewer=viewer, today=today, limit=limit, offset=offset, groups_of_page=True
            )
        return self._pages[offset, limit]

    @property
    def whole(self) -> Portfolio:
        """The totals, which every page has."""
        return next(iter(self._pages.values()), None) or self.at(0)

    def cells(self, found: Portfolio) -> Cells:
        workspace = self.reader.viewer.workspace
        usual = fiscal_calendar(workspace).year_of(self.reader.today)
        return Cells(found, Address.of(self.query, [], usual), workspace, [])

    def rows(self, found: Portfolio, previous: tuple[str, ...] = ()) -> list[Row]:
        labels = {group.keys: group.label for group in found.groups}
        made, may_plan = [], may(self.reader.viewer, "plan.create")
        for line in self.cells(found).lines(previous):
            keys = line.row.keys
            named = [(keys[at], labels.get(keys[: at + 1], "")) for at in range(len(keys))]
            made.append(Row(line, may_plan, *(text for pair in named for text in pair)))
        return made

    def one(self, pk: Any) -> list[Any]:
        query = replace(self.query, accounts=(pk,), below=None)
        found = portfolio(query=query, viewer=self.reader.viewer, today=self.reader.today)
        return self.rows(found)[:1]

    def in_order(self, rows: Any = None) -> Any:  # noqa: ARG002 - as every list is asked
        return self.rows(self.at(0, is_all=True))

    def count(self, most: int | None = None) -> int:  # noqa: ARG002 - likewise
        return self.at(0).lines if not self._pages else self.whole.lines

    def groups(self, offset: int = 0, limit: int = 0) -> list[Group]:  # noqa: ARG002 - likewise
        if not self.query.group:
            return []
        found = portfolio(query=self.query, viewer=self.reader.viewer, today=self.reader.today, limit=0)
        return [Group(group.keys, group.label, group.accounts, self._sums(group.figures)) for group in found.groups]

    def foot(self) -> tuple[dict[str, Foot], int]:
        found = self.whole
        feet = self._sums(found.total.figures)
        for name, value in found.foot.items():
            how = self.query.foot[name]
            is_money = value is not None and COLUMNS[name].kind is Kind.MONEY and how != "count"
            said = () if value is None else (Money(value, found.currency),) if is_money else (value,)
            feet[name] = Foot(name, how, said)
        return feet, found.total.accounts

    def _sums(self, figures: Any) -> dict[str, Foot]:
        shown = {name: figures.shown(name) for name in self.foots if name in COLUMNS and COLUMNS[name].is_figure}
        return {name: Foot(name, "sum", () if value is None else (value,)) for name, value in shown.items()}

    # Drawing

    def bodies(self, page: Page, after: str) -> str:
        offset = whole(after, 8) or 0
        found = self.at(offset)
        rows = self.rows(found, group_keys(page.request.GET.get("in", "")) if offset else ())
        made, lines, drawer = [], "", cast("PortfolioDrawer", page.drawer)
        can = changeable(page.listing, page.request, rows)
        for row in rows:
            for group in row.line.opens:
                made += [_body(lines)] if lines else []
                depth = len(group.summary.keys)
                made.append(f'<tbody class="grid-group" data-depth="{depth}">{drawer.opening(group)}</tbody>')
                lines = ""
            is_open = can is None or row.pk in can
            lines += drawer.line(row if is_open else replace(row, may_plan=False), None, is_open=is_open)
        shown = offset + len(rows)
        where = {"after": str(shown)} | ({"in": rows[-1].line.row.group} if rows and found.groups else {})
        more = page.more(_("Show more"), **where) if shown < found.lines else ""
        return "".join(made) + _body(lines + more)


def _body(lines: str) -> str:
    return f'<tbody class="grid-rows">{lines}</tbody>'


class PortfolioDrawer(Drawer):
    """Groups and footer with their figures, each of which opens its explanation."""

    rows: PortfolioRows

    def opening(self, group: GroupLine) -> str:
        depth = len(group.summary.keys)
        fold = filled(
            '<div class="grid-words">'
            '<button type="button" class="grid-fold" aria-expanded="true" data-depth="{}">{}<span>{}</span></button>'
            ' <span class="sub">{}</span></div>',
            depth, pieces.icon("chevron-down", "s"), group.summary.label, group.accounts,
        )  # fmt: skip
        cells = self._figures(fold, group.cells, group.summary.figures.values, "rowgroup")
        return f'<tr class="is-group" data-depth="{depth}">{cells}</tr>'

    def feet(self, found: Any, total: int) -> str:  # noqa: ARG002 - the whole knows both
        whole = self.rows.whole
        cells: dict[str, Any] = dict(self.rows.cells(whole).foot())
        words = with_plans(self.listing.counted(whole.total.accounts), whole.total)
        return f"<tr>{self._figures(words, cells, whole.total.figures.values, 'row')}</tr>"

    def _figures(self, head: str, cells: Any, values: Any, scope: str) -> str:
        pick = '<td class="grid-pick"></td>' if self.may_edit else ""
        drawn = []
        for column in self.columns[1:]:
            is_bar = column.id == "bar"
            text = pieces.bar(values["won"], values["forecast"], values["target"]) if is_bar else figure(cells.get(column.id))
            drawn.append(filled('<td class="{}">{}</td>', self.classes[column.id], text))
        first = filled('<th scope="{}" class="{}">{}</th>', scope, self.classes[self.columns[0].id], head)
        return pick + first + "".join(drawn)
