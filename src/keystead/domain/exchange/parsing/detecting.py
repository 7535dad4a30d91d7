"""What a sample of rows tells about each column: how full it is, what it holds, and how its days and numbers
are written. Shown to the person before anything is read for good, and the default for how it is read then."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from keystead.domain.exchange.parsing.days import EXAMPLES
from keystead.domain.exchange.parsing.detecting_days import DateFacts, date_facts, serial_days
from keystead.domain.exchange.parsing.detecting_numbers import NumberFacts, number_facts
from keystead.domain.exchange.parsing.values import is_blank, parse_bool, parse_currency, parse_email, parse_url
from keystead.domain.exchange.problems.codes import BadValue, shown

JUDGED = 1_000  # distinct texts that are looked at closely
COUNTED = 2_000  # distinct texts that are counted; a column with more says so
SHOWN_EXAMPLES = 3

type Content = Literal["empty", "text", "number", "day", "bool", "email", "url", "currency"]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of the sample. `distinct` is exact up to COUNTED. `dates` and `numbers` are there whenever
    the texts can be read so, whatever `content` says is likelier. `serial`: they may be a spreadsheet's day
    counts.
    """

    header: str
    content: Content
    filled: int
    empty: int
    distinct: int
    longest: int
    examples: tuple[str, ...] = ()
    dates: DateFacts | None = None
    numbers: NumberFacts | None = None
    serial: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values for storing and for the API; formats as examples a person understands."""
        dates, numbers = self.dates, self.numbers
        return {
            "name": self.header, "content": self.content, "filled": self.filled, "empty": self.empty,
            "distinct": self.distinct, "longest": self.longest, "examples": list(self.examples),
            "date_format": dates and {"order": dates.order, "example": EXAMPLES[dates.order],
                                      "ambiguous": dates.ambiguous, "mixed": dates.mixed},
            "number_format": numbers and {"example": numbers.format.example, "ambiguous": numbers.ambiguous,
                                          "mixed": numbers.mixed, "currencies": list(numbers.currencies),
                                          "fraction": numbers.fraction},
        }  # fmt: skip


def columns_facts(headers: Sequence[str], rows: Sequence[Sequence[str]], *, locale: str) -> list[ColumnFacts]:
    """The facts of every column, from a sample of rows with one cell per header."""
    columns = zip(*rows, strict=False) if rows else iter(())
    filled = list(columns) or [()] * len(headers)
    return [_column(header, cells, locale) for header, cells in zip(headers, filled, strict=False)]


def _column(header: str, cells: Sequence[str], locale: str) -> ColumnFacts:
    counts = Counter(cells)
    texts = {text: n for text, n in counts.items() if not is_blank(text)}
    filled = sum(texts.values())
    # The longest texts of a column of many are left out of the judging, not out of the counting.
    judged = dict(sorted(texts.items(), key=lambda item: -item[1])[:JUDGED])
    dates = date_facts(judged, locale)
    numbers = None if dates else number_facts(judged, locale)
    return ColumnFacts(
        header=header,
        content=_content(judged, dates, numbers),
        filled=filled,
        empty=len(cells) - filled,
        distinct=min(len(texts), COUNTED),
        longest=max(map(len, texts), default=0),
        examples=tuple(shown(text) for text in list(texts)[:SHOWN_EXAMPLES]),
        dates=dates,
        numbers=numbers,
        serial=numbers is not None and numbers.whole and serial_days(judged),
    )


def _content(texts: Mapping[str, int], dates: DateFacts | None, numbers: NumberFacts | None) -> Content:
    if not texts:
        return "empty"
    if dates and dates.share > 0.8:
        return "day"
    if numbers and numbers.share > 0.8 and not texts.keys() <= {"0", "1"}:
        return "number"
    for content, parse in _TESTS:
        if _share(texts, parse) > 0.8:
            return content
    return "number" if numbers and numbers.share > 0.8 else "text"


def _is_web_address(text: str) -> None:
    # A lone word with a point may be a name ("Booking.com"): an address has a scheme, "www." or a path.
    if not text.lower().startswith(("http://", "https://", "www.")) and "/" not in text:
        raise BadValue("bad_url", text)
    parse_url(text)


_TESTS: tuple[tuple[Content, Any], ...] = (
    ("bool", parse_bool), ("email", parse_email), ("url", _is_web_address), ("currency", parse_currency),
)  # fmt: skip


def _share(texts: Mapping[str, int], parse: Any) -> float:
    good = 0
    for text, count in texts.items():
        try:
            parse(text)
        except BadValue:
            continue
        good += count
    return good / sum(texts.values())
