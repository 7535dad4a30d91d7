"""Rows that are no records: what a report prints around and between its rows.

A line of totals, the headers once more at the top of a page, the notice under the table. Taken for records they would be
deals of a size that nobody sold, so they are rejected with a sentence of their own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keystead.base.words import fold

_NUMBER = re.compile(r"[^\w]*[0-9][0-9.,'\s]*[^\w]*|[^\w]*(?:r\$|us\$|[a-z]{3})?\s*-?[0-9][0-9.,'\s]*(?:[a-z]{3})?")
_TOTAL = re.compile(
    r"(?:(?:grand|sub|ytd|overall|running)[ -]?)?(?:totals?|totales|totais|sums?|sumas?|somas?|subtota(?:ls?|is|les))"
    r"(?: (?:general|geral|gerais|generales|ytd|records?|rows?|amount|sales|acumulado))?"
    r"\s*(?:\([^)]*\))?\s*[:=]?\s*"
)
_NOTICE = re.compile(
    r"confidential information\b|copyright (?:\(c\)|©)|©|(?:report )?generated (?:by|on|at)\b"
    r"|relatorio gerado\b|gerado (?:em|por)\b|generado (?:el|por)\b|informe generado\b"
    r"|end of report\b|fim do relatorio\b|fin del informe\b"
)

type Judge = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Place:
    """A mapped column: its place among the cells, and its header."""

    index: int
    header: str


def furniture_judge(places: Sequence[Place]) -> Judge:
    """A function from the cells of a row to the code of what it is instead of a record, "" when it may be one."""
    headers = [(place.index, fold(place.header)) for place in places]

    def judge(cells: Sequence[str]) -> str:
        if headers and _repeats(cells, headers):
            return "repeated_header"
        # A record that has every mapped cell is no line of totals; most rows are told by this alone.
        return _sparse(cells) if any(not cells[index] for index, _header in headers) else ""

    return judge


def _repeats(cells: Sequence[str], headers: Sequence[tuple[int, str]]) -> bool:
    """Each mapped cell says what its header says. One column alone may hold its own name by chance."""
    return len(headers) > 1 and all(cells[index] and fold(cells[index]) == header for index, header in headers)


def _sparse(cells: Sequence[str]) -> str:
    words = numbers = 0
    notice = False
    for cell in cells:
        text = fold(cell).strip()
        if not text:
            continue
        if _NUMBER.fullmatch(text):
            numbers += 1
        elif _TOTAL.fullmatch(text):
            words += 1
        elif not numbers and not words and not notice and _NOTICE.match(text):
            notice = True
        else:
            return ""
    if notice:
        return "" if words or numbers else "notice_row"
    return "totals_row" if words and numbers else ""
