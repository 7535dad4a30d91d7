"""The plan by which a file's rows are parsed: which column is which field, and how its days and numbers are written."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keystead.base.words import fold
from keystead.domain.exchange.fields import Field, fields_of
from keystead.domain.exchange.parsing.currencies import split_header
from keystead.domain.exchange.parsing.days import DateOrder, date_order
from keystead.domain.exchange.parsing.detecting import ColumnFacts
from keystead.domain.exchange.parsing.detecting_days import locale_order
from keystead.domain.exchange.parsing.detecting_numbers import locale_format
from keystead.domain.exchange.parsing.numbers import NumberFormat
from keystead.domain.exchange.problems.codes import BadValue, CannotRead

NUMBERS = frozenset({"money", "number", "percent", "integer"})  # the types of fields whose texts are numbers


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read: its place among the cells, its field, and how its days and numbers are
    written. `sign` is the currency that the header names, as written there.
    """

    header: str
    index: int
    field: Field
    order: DateOrder = "ymd"
    numbers: NumberFormat = dataclasses.field(default_factory=NumberFormat)
    fraction: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file of one kind is read. `currency` is that of amounts that have none beside them, or ""."""

    kind: str
    columns: tuple[Column, ...]
    currency: str = ""

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(column.field.name for column in self.columns)


def make_plan(
    kind: str,
    headers: Sequence[str],
    mapping: Mapping[str, str],
    facts: Sequence[ColumnFacts] = (),
    *,
    locale: str,
    currency: str = "",
    values: Mapping[str, Mapping[str, str]] | None = None,
    date_order: DateOrder | None = None,
    number_format: NumberFormat | None = None,
    formats: Mapping[str, str] | None = None,
) -> Plan:
    """The plan for a mapping {column: field}. What a person chose for a column (`formats`) goes before what she
    chose for all of them (`date_order`, `number_format`); otherwise each is read as its facts say, and by the
    locale where they say nothing.

    `values` is {field: {text in the file: text meant}}. Raises KeyError for an unknown kind, header or field.
    """
    catalogue = fields_of(kind)
    known = {fact.header: fact for fact in facts}
    places = {header: index for index, header in enumerate(headers)}
    columns = []
    for header, name in mapping.items():
        fact, own = known.get(header), (formats or {}).get(header)
        columns.append(
            Column(
                header,
                places[header],
                catalogue[name],
                order=_own_order(own, catalogue[name]) or date_order or _order(fact, locale),
                numbers=_own_numbers(own, catalogue[name]) or number_format or _numbers(fact, locale),
                fraction=bool(fact and fact.numbers and fact.numbers.fraction),
                values=_folded((values or {}).get(name, {})),
                sign=split_header(header)[1] if catalogue[name].type == "money" else "",
            )
        )
    return Plan(kind, tuple(columns), currency)


def _own_order(text: str | None, field: Field) -> DateOrder | None:
    return _chosen(date_order, text, field) if text and field.type == "day" else None


def _own_numbers(text: str | None, field: Field) -> NumberFormat | None:
    return _chosen(NumberFormat.of, text, field) if text and field.type in NUMBERS else None


def _chosen[T](read: Callable[[str], T], text: str, field: Field) -> T:
    """A format that was chosen for a column while it was another field's: days are not written like numbers."""
    try:
        return read(text)
    except BadValue:
        raise CannotRead("option_unknown", value=text, option=str(field.label)) from None


def _order(fact: ColumnFacts | None, locale: str) -> DateOrder:
    if fact and fact.dates:
        return fact.dates.order
    return "serial" if fact and fact.serial else locale_order(locale)


def _numbers(fact: ColumnFacts | None, locale: str) -> NumberFormat:
    return fact.numbers.format if fact and fact.numbers else locale_format(locale)


def _folded(values: Mapping[str, str]) -> dict[str, str]:
    return {fold(text): meant for text, meant in values.items()}
