"""A row of texts to the values of its fields, by a plan that says which column is which field and how it is
written.

Values are ready to be stored as JSON: amounts and other decimals as plain text ("1234.5"), days as
"2025-12-31", truths and whole numbers as they are, references as the text that names the other record, None
for an empty cell. A field whose column is not mapped is absent.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from keystead.base.money import EXACT
from keystead.base.words import fold
from keystead.domain.exchange.fields import KEYS, Field, fields_of
from keystead.domain.exchange.parsing.furniture import Place, furniture_judge
from keystead.domain.exchange.parsing.plan import Column, Plan
from keystead.domain.exchange.parsing.values import (
    currency_in,
    is_blank,
    meant_currency,
    parse_amount,
    parse_bool,
    parse_choice,
    parse_currency,
    parse_day,
    parse_email,
    parse_integer,
    parse_probability,
    parse_text,
    parse_url,
    plain,
    split_name,
)
from keystead.domain.exchange.problems.codes import BadValue, Problem
from keystead.domain.exchange.reading.table import Row

type Value = str | int | bool | None
type Parse = Callable[[str], Value]

_REMEMBERED = 50_000  # texts of a column whose values are kept at hand


class ParsedRow(NamedTuple):
    """`values` has what could be parsed even where there are problems; a row with problems is to be
    rejected.
    """

    number: int
    values: dict[str, Value]
    problems: tuple[Problem, ...]


def parse_rows(rows: Iterable[Row], plan: Plan) -> Iterator[ParsedRow]:
    """Every row with its values and problems. Texts that come again are parsed once."""
    readers = [_Reader(column) for column in plan.columns]
    finish = _finisher(plan)
    judge = furniture_judge([Place(column.index, column.header) for column in plan.columns])
    for row in rows:
        if code := judge(row.cells):
            yield ParsedRow(row.number, {}, (Problem(row.number, None, code),))
            continue
        problems = list(row.problems)
        values: dict[str, Value] = {}
        for reader in readers:
            try:
                values[reader.name] = reader.read(row.cells[reader.index])
            except BadValue as bad:
                values[reader.name] = None
                problems.append(Problem.of(bad, row=row.number, column=reader.header))
        finish(row, values, problems)
        yield ParsedRow(row.number, values, tuple(problems))


class _Reader:
    """One column's parser with a memory."""

    def __init__(self, column: Column) -> None:
        self.name, self.index, self.header = column.field.name, column.index, column.header
        self.parse = _parser(column)
        self.is_words = column.field.type in ("text", "reference", "enum")
        self.values = column.values
        self.known: dict[str, Value] = {}

    def read(self, text: str) -> Value:
        try:
            return self.known[text]
        except KeyError:
            value = self._parsed(text)
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        self.known[text] = value
        return value

    def _parsed(self, text: str) -> Value:
        meant = self.values.get(fold(text)) if self.values else None
        text = text if meant is None else meant
        return None if is_blank(text, words=self.is_words) else self.parse(text)


def _parser(column: Column) -> Parse:
    spec, numbers = column.field, column.numbers
    parsers: dict[str, Parse] = {
        "text": lambda text: parse_text(text, spec.max_length),
        "reference": lambda text: parse_text(text, spec.max_length),
        "money": lambda text: _decimal(parse_amount(text, numbers), spec, text),
        "number": lambda text: _decimal(parse_amount(text, numbers), spec, text),
        "percent": lambda text: _decimal(parse_probability(text, numbers, fraction=column.fraction), spec, text),
        "integer": lambda text: parse_integer(text, numbers),
        "day": lambda text: parse_day(text, column.order).isoformat(),
        "bool": parse_bool,
        "enum": lambda text: parse_choice(text, spec.choices()),
        "currency": parse_currency,
        "email": parse_email,
        "url": parse_url,
    }
    return parsers[spec.type]


def _decimal(number: Decimal, spec: Field, text: str) -> str:
    """Kept to the decimals of the field, half up as people round; what that makes of it must fit."""
    if -int(number.as_tuple().exponent) > spec.places:
        number = number.quantize(Decimal(1).scaleb(-spec.places), rounding=ROUND_HALF_UP, context=EXACT)
    if spec.positive and number <= 0:
        raise BadValue("not_positive", text)
    if abs(number) >= 10**spec.whole:
        raise BadValue("number_too_large", text, limit=spec.whole)
    return plain(number)


type Finish = Callable[[Row, dict[str, Value], list[Problem]], None]


def _finisher(plan: Plan) -> Finish:
    """The checks that need more than one cell, chosen once for the plan."""
    steps: list[Finish] = []
    steps += [_currencies(plan, c) for c in plan.columns if c.field.type == "money"]
    if plan.kind == "contacts" and "full_name" in plan.fields:
        steps.append(_part_full_name)
    if plan.kind == "members" and {"first_name", "last_name"} & set(plan.fields):
        steps.append(_join_name)
    steps.append(_required(plan))
    if plan.kind == "rates":
        steps.append(_two_currencies)

    def finish(row: Row, values: dict[str, Value], problems: list[Problem]) -> None:
        for step in steps:
            step(row, values, problems)

    return finish


def _currencies(plan: Plan, column: Column) -> Finish:
    target, amount = column.field.currency, column.field.name

    def step(row: Row, values: dict[str, Value], problems: list[Problem]) -> None:
        expected = str(values.get(target) or "") or plan.currency
        text = row.cells[column.index]
        if values[amount] is None:
            values[target] = expected or None
            return
        try:
            # The row's own currency stands against the sign; the file's default gives way to it.
            values[target] = _currency_of(text, str(values.get(target) or ""), plan.currency, column.sign)
        except BadValue as bad:
            problems.append(Problem.of(bad, row=row.number, column=column.header))

    return step


def _currency_of(text: str, own: str, default: str, sign: str) -> str:
    """The currency of an amount: the one beside it, else that of its header, against the row's `own`; else the file's default."""
    if not sign and text.isascii() and text[:1].isdecimal() and text[-1:].isdecimal():
        return meant_currency("", own or default, text)
    written = currency_in(text) or sign
    try:
        return meant_currency(written, own or default, text)
    except BadValue as bad:
        if bad.code == "currency_conflict" and not own:
            return meant_currency(written, "", text)
        raise


def _part_full_name(_row: Row, values: dict[str, Value], _problems: list[Problem]) -> None:
    full, own = values.pop("full_name"), values.get("last_name")
    if isinstance(full, str):
        # Beside a family name of its own, what else is called the name may be the first name alone.
        first, last = split_name(full) if not own or _holds(full, str(own)) else (full, "")
        values["first_name"] = values.get("first_name") or first or None
        values["last_name"] = own or last or None


def _join_name(_row: Row, values: dict[str, Value], _problems: list[Problem]) -> None:
    first, last, whole = values.pop("first_name", None), values.pop("last_name", None), values.get("name")
    if whole and last and not first and not _holds(str(whole), str(last)):
        first, whole = whole, None
    values["name"] = whole or " ".join(str(part) for part in (first, last) if part) or None


def _holds(full: str, last: str) -> bool:
    """Whether a name has this family name in it."""
    return f" {fold(last)} " in f" {fold(full.replace(',', ' '))} "


def _required(plan: Plan) -> Finish:
    needed = [spec for spec in fields_of(plan.kind).values() if spec.required]
    headers = {column.field.name: column.header for column in plan.columns}
    keys = KEYS.get(plan.kind, ())
    lacking = {"of": plan.kind, "fields": [name for name in fields_of(plan.kind) if name in keys]}

    def step(row: Row, values: dict[str, Value], problems: list[Problem]) -> None:
        for spec in needed:
            if values.get(spec.name) is None and not _told(problems, headers.get(spec.name)):
                column = headers.get(spec.name, spec.name)
                problems.append(Problem(row.number, column, "required"))
        if keys and not any(values.get(key) for key in keys) and not problems:
            problems.append(Problem(row.number, None, "row_has_no_key", lacking))

    return step


def _told(problems: list[Problem], header: str | None) -> bool:
    return header is not None and any(problem.column == header for problem in problems)


def _two_currencies(row: Row, values: dict[str, Value], problems: list[Problem]) -> None:
    if values.get("base") and values.get("base") == values.get("quote"):
        problems.append(Problem(row.number, None, "same_currency", {"value": values["base"]}))
