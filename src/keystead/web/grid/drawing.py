"""Rows, groups and footer of a grid as HTML. A page draws a thousand cells, so this is plain text and no template."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keystead.base.money import Money
from keystead.domain.grid.columns import FOOT, Column, Kind, Reader
from keystead.domain.grid.footing import Foot
from keystead.domain.grid.rows import Group, Rows
from keystead.web.grid.listing import Extra, Listing
from keystead.web.plans.words import language
from keystead.web.templatetags import formats, pieces
from keystead.web.templatetags.quick import escaped, filled

EMPTY = mark_safe("")


class Drawer:
    """Draws for one page: knows the shown columns, the words of their choices and which rows may be changed."""

    def __init__(self, listing: Listing, rows: Rows, *, may_edit: bool) -> None:
        self.listing, self.rows, self.may_edit = listing, rows, may_edit
        self.columns = [rows.grid.columns[name] for name in rows.shown]
        self.language = language()
        self._words: dict[str, dict[str, str]] = {}
        self.classes = {column.id: classes_of(column, is_chosen=bool(rows.asked.columns)) for column in self.columns}
        self.select = _("Select %(name)s")

    def words(self, column: Column) -> dict[str, str]:
        if column.id not in self._words:
            self._words[column.id] = words_of(column, self.rows.reader)
        return self._words[column.id]

    # Rows

    def lines(self, records: Iterable[Any], extra: Extra, can: set[Any] | None) -> str:
        """`can`: the keys of those that may be changed; None for all."""
        return "".join(self.line(record, extra, is_open=can is None or record.pk in can) for record in records)

    def line(self, record: Any, extra: Extra, *, is_open: bool) -> str:
        pick = ""
        if self.may_edit:
            label = escaped(self.select % {"name": self.listing.name(record, extra)})
            pick = f'<td class="grid-pick"><input type="checkbox" name="pick" value="{record.pk}" aria-label="{label}"></td>'
        cells = "".join(self._cell(column, record, extra, at) for at, column in enumerate(self.columns))
        can = " data-can" if is_open else ""
        return f'<tr data-id="{record.pk}" {can}>{pick}{cells}</tr>'

    def _cell(self, column: Column, record: Any, extra: Extra, at: int) -> str:
        spec = self.listing.cells[column.id]
        drawn = spec.html(record, extra) if spec.html else self.value(column, spec.raw(record, extra))
        name, scope = ("th", ' scope="row"') if at == 0 else ("td", "")
        classes = self.classes[column.id]
        css = f' class="{classes}"' if classes else ""
        return f"<{name}{scope}{css}>{escaped(drawn)}</{name}>"

    def value(self, column: Column, value: Any) -> SafeString | str:
        """A value as its kind is written."""
        if value is None or value == "":
            return EMPTY
        if isinstance(value, Money):
            return formats.money(value, self.language)
        if column.kind is Kind.RATIO:
            return formats.percent(value, self.language)
        if isinstance(value, bool):
            return pieces.icon("check", "s", _("yes")) if value else EMPTY
        if isinstance(value, (int, Decimal)):
            return formats.number(value, self.language)
        return formats.day_in_list(value, self.language) if isinstance(value, date) else str(value)

    # Groups

    def group(self, group: Group, *, depth: int, body: str) -> str:
        """A group's own line: what it is called, how many, and the footer's figures of it. `body`: the id of what it folds."""
        words = self.group_words(group, self.rows.asked.group[depth - 1])
        lead = filled(
            '<div class="grid-words">'
            '<button type="button" class="grid-fold" aria-expanded="true" aria-controls="{}" data-depth="{}">{}<span>{}</span>'
            "</button>"
            ' <span class="sub num">{}</span></div>',
            body, depth, pieces.icon("chevron-down", "s"), words, formats.number(group.count, self.language),
        )  # fmt: skip
        pick = '<td class="grid-pick"></td>' if self.may_edit else ""
        cells = "".join(
            f'<td class="{self.classes[column.id]}">{self.foot(group.foot.get(column.id), is_group=True)}</td>'
            for column in self.columns[1:]
        )
        return (
            f'<tr class="is-group" data-depth="{depth}">{pick}'
            f'<th scope="rowgroup" class="{self.classes[self.columns[0].id]}">{lead}</th>{cells}</tr>'
        )

    def group_words(self, group: Group, name: str) -> str:
        column = self.rows.grid.columns[name]
        if group.keys[-1] is None:
            return nothing(column)
        if column.kind is Kind.DAY:
            return month(group.keys[-1], self.language)
        if column.kind is Kind.YES_NO:
            return _("yes") if group.keys[-1] else _("no")
        if column.choices is not None and not column.label:
            return self.words(column).get(str(group.keys[-1]), str(group.words))
        return str(group.words) if group.words else nothing(column)

    # The footer

    def feet(self, found: Mapping[str, Foot], total: int) -> str:
        pick = '<td class="grid-pick"></td>' if self.may_edit else ""
        first, *others = self.columns
        head = f'<th scope="row" class="{self.classes[first.id]}">{escaped(self.listing.counted(total))}</th>'
        cells = (f'<td class="{self.classes[column.id]}">{self.foot(found.get(column.id))}</td>' for column in others)
        return f"<tr>{pick}{head}{''.join(cells)}</tr>"

    def foot(self, foot: Foot | None, *, is_group: bool = False) -> SafeString | str:
        if foot is None:
            return EMPTY
        column = self.rows.grid.columns[foot.column]
        lines = [self._foot_value(column, foot.how, value) for value in foot.values]
        if foot.unrated:
            said = ngettext("%(n)s amount has no rate", "%(n)s amounts have no rate", foot.unrated) % {
                "n": formats.number(foot.unrated, self.language)
            }
            lines.append(filled('<span class="sub text-bad">{}</span>', said))
        if foot.unknown and column.kind is Kind.MONEY and foot.how in ("sum", "avg", "median") and not is_group:
            said = ngettext("%(n)s without amount", "%(n)s without amount", foot.unknown) % {
                "n": formats.number(foot.unknown, self.language)
            }
            lines.append(filled('<span class="sub">{}</span>', said))
        how = EMPTY if is_group or foot.how == "sum" else filled('<span class="foot-how">{}</span>', FOOT[foot.how])
        drawn = "".join(f"<div>{escaped(line)}</div>" for line in lines)
        return mark_safe(how + drawn)  # noqa: S308 - each line is escaped

    def _foot_value(self, column: Column, how: str, value: Any) -> SafeString | str:
        if isinstance(value, Money):
            full = formats.money(value.rounded(), self.language)
            return filled('<span title="{}">{}</span>', full, formats.money_compact(value, self.language))
        if how not in ("count", "empty"):
            if column.kind is Kind.RATIO:
                return formats.percent(value, self.language)
            if not isinstance(value, (int, Decimal)):
                return self.value(column, value)
        return self._foot_number(value)

    def _foot_number(self, value: int | Decimal) -> SafeString | str:
        """A long one by its first digits, so that no column breaks it in two; its title has all of it."""
        exact = value.quantize(Decimal("0.01")) if isinstance(value, Decimal) and value % 1 else value
        full, short = formats.number(exact, self.language), formats.number_compact(exact, self.language)
        return short if short == full else filled('<span title="{}">{}</span>', full, short)


def classes_of(column: Column, *, is_chosen: bool) -> str:
    """Figures stand at the end, brief ones need little room; on a phone only some columns are shown until somebody chooses."""
    parts = {
        "end num": column.kind.is_figure,
        "brief": column.kind in (Kind.NUMBER, Kind.RATIO),
        "num": column.kind is Kind.DAY,
        "only-wide": not (column.on_phone or is_chosen),
    }
    return " ".join(name for name, holds in parts.items() if holds)


def words_of(column: Column, reader: Reader) -> dict[str, str]:
    return {key: str(words) for key, words in column.choices(reader)} if column.choices else {}


def nothing(column: Column) -> str:
    """What the group without a value is called."""
    return _("nobody") if column.kind is Kind.PERSON else _("none")


def month(day: date, lang: str) -> str:
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", day, locale=formats.style_for(lang).locale)


def person(name: str | None) -> SafeString | str:
    """A colleague with initials; an empty cell for nobody."""
    if not name:
        return filled('<span class="sub">{}</span>', _("nobody"))
    return filled('<span class="person">{}<span title="{}">{}</span></span>', pieces.avatar(name, is_alone=False), name, name)


def link(url: str, words: str, css: str = "prose-link") -> SafeString:
    return filled('<a class="{}" href="{}">{}</a>', css, url, words)


def pattern(name: str, slug: str) -> str:
    """An address with {} for the row's key: looked up once for all rows."""
    nobody = "00000000-0000-0000-0000-000000000000"
    return reverse(name, args=[slug, nobody]).replace(nobody, "{}")
