"""Days as people and exports write them: text in, date out. A time of day beside the day is accepted and
left out; the day is the one written, never shifted by a zone.

Only the order of day, month and year is ever in doubt, so that is all a date format is: "dmy", "mdy" or "ymd"
(and "serial" or "epoch" for the day counts of spreadsheets and the milliseconds of some APIs). Separators,
month names and two-digit years are recognised as they come; a year of four digits written first is always
"ymd".
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, cast

from keystead.base.words import fold
from keystead.domain.exchange.parsing.numbers import SPREADSHEET_ERROR
from keystead.domain.exchange.problems.codes import BadValue

type DateOrder = Literal["dmy", "mdy", "ymd", "serial", "epoch"]

ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd", "serial", "epoch")
EXAMPLES: dict[str, str] = {
    "dmy": "31/12/2025", "mdy": "12/31/2025", "ymd": "2025-12-31", "serial": "46022",
    "epoch": "1767139200000",
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1900, 2199
PIVOT = 69  # two digits: 69-99 are 1969-1999, 00-68 are 2000-2068, as POSIX has it

_MONTHS = (
    ("jan", "january", "janeiro", "ene", "enero"),
    ("feb", "february", "fev", "fevereiro", "febrero"),
    ("mar", "march", "marco", "marzo"),
    ("apr", "april", "abr", "abril"),
    ("may", "mai", "maio", "mayo"),
    ("jun", "june", "junho", "junio"),
    ("jul", "july", "julho", "julio"),
    ("aug", "august", "ago", "agosto"),
    ("sep", "sept", "september", "set", "setembro", "septiembre", "setiembre"),
    ("oct", "october", "out", "outubro", "octubre"),
    ("nov", "november", "novembro", "noviembre"),
    ("dec", "december", "dez", "dezembro", "dic", "diciembre"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        """de del of the th st nd rd o a mon tue wed thu fri sat sun monday tuesday wednesday thursday friday
        saturday sunday tues thur thurs seg ter qua qui sex sab dom segunda terca quarta quinta sexta sabado
        domingo feira lun mar mie jue vie lunes martes miercoles jueves viernes""",
    )
)

_TIME = re.compile(
    r"(?:[T ]|,\s?|\s-\s)\s*[0-2]?[0-9][:h][0-5][0-9](?::[0-6][0-9](?:[.,][0-9]{1,9})?)?\s*(?:[AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(?:Z|UTC|GMT|\(?[A-Z]{3,4}\)?|[+-][0-9]{2}:?[0-9]{2})?\s*$"
)
_NUMERIC = re.compile(r"([0-9]{1,4})([./\-\s])\s*([0-9]{1,2})\2\s*([0-9]{1,4})\.?")
_COMPACT = re.compile(r"[0-9]{8}")
_WORD = re.compile(r"[0-9]+|[^\W\d_]+")


def parse_day(text: str, order: DateOrder) -> date:
    """The day in a text. Raises BadValue: bad_date, impossible_date (31/02), wrong_date_order (12/31 as d/m),
    unlikely_year, error_value."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-" and order != "serial":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                return day
    return _parse(text, order)


@lru_cache(maxsize=65_536)
def _parse(text: str, order: DateOrder) -> date:
    bare = text.strip()
    if SPREADSHEET_ERROR.fullmatch(bare):
        raise BadValue("error_value", text)
    if len(bare) > 64:
        raise BadValue("bad_date", text)
    if order == "serial" and (count := re.fullmatch(r"([0-9]{1,5})(?:[.,][0-9]+)?", bare)):
        return _counted(int(count[1]), text)
    if order == "epoch" and re.fullmatch(r"-?[0-9]{9,13}", bare):
        return _since_epoch(int(bare), text)
    parts, written = split_day(bare)
    if parts is None:
        raise BadValue("bad_date", text)
    return _assembled(parts, written or _known(order), text)


def split_day(text: str) -> tuple[tuple[int, int, int] | None, DateOrder | None]:
    """The three numbers of a day as they are written, and their order where the writing itself tells it.

    "2025-12-31" and "31 December 2025" tell it; "03/04/2025" does not. (None, None) when it is no day.
    """
    bare = _TIME.sub("", text.strip())
    if found := _NUMERIC.fullmatch(bare):
        first, last = found[1], found[4]
        if len(first) == 3 or len(last) == 3 or len(first) + len(last) == 8:
            return None, None
        if len(last) == 1 and len(first) != 4:
            return None, None
        return (int(first), int(found[3]), int(last)), "ymd" if len(first) == 4 else None
    if _COMPACT.fullmatch(bare):
        return _split_compact(bare)
    return _split_words(bare)


def _split_compact(bare: str) -> tuple[tuple[int, int, int] | None, DateOrder | None]:
    if FIRST_YEAR <= int(bare[:4]) <= LAST_YEAR and int(bare[4:6]) <= 12:
        return (int(bare[:4]), int(bare[4:6]), int(bare[6:])), "ymd"
    return (int(bare[:2]), int(bare[2:4]), int(bare[4:])), None


def _split_words(bare: str) -> tuple[tuple[int, int, int] | None, DateOrder | None]:
    """ "1 de março de 2017", "Mar 1st, 2017", "01/mar/17", "2017 Mar 1", "Thu, 2 Mar 2017"."""
    words = [fold(w) for w in _WORD.findall(bare)]
    months = [i for i, w in enumerate(words) if w in MONTHS]
    numbers = [w for w in words if w.isdecimal() and w.isascii()]
    if not months or len(numbers) != 2 or max(map(len, numbers)) > 4:
        return None, None
    at = months[-1]  # "mar" is also Tuesday in Spanish, and then a month follows
    if any(not w.isdecimal() and w not in _FILLERS for i, w in enumerate(words) if i != at):
        return None, None
    first, second = int(numbers[0]), int(numbers[1])
    if len(numbers[0]) == 4:
        return (first, MONTHS[words[at]], second), "ymd"
    return (first, MONTHS[words[at]], second), "dmy"


def _known(order: DateOrder) -> DateOrder:
    return "ymd" if order in ("serial", "epoch") else order


def _assembled(parts: tuple[int, int, int], order: DateOrder, text: str) -> date:
    day, month, year = (parts[order.index(part)] for part in "dmy")
    if day > 99:  # the year stands where this order has its day
        raise BadValue("wrong_date_order", text, example=EXAMPLES[order])
    if year < 100:
        year += 1900 if year >= PIVOT else 2000
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValue("unlikely_year", text, year=year)
    try:
        return date(year, month, day)
    except ValueError:
        if order != "ymd" and month > 12 and day <= 12:
            raise BadValue("wrong_date_order", text, example=EXAMPLES[order]) from None
        raise BadValue("impossible_date", text) from None


def _counted(count: int, text: str) -> date:
    # Day 60 of a spreadsheet is 29 February 1900, which never was: counts start one day earlier after it.
    day = date(1899, 12, 30) + timedelta(days=count)
    if count < 61 or day.year > LAST_YEAR:
        raise BadValue("bad_date", text)
    return day


def _since_epoch(count: int, text: str) -> date:
    seconds = count // 1000 if abs(count) > 99_999_999_999 else count
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue("unlikely_year", text, year=day.year)
    return day


def date_order(written: str) -> DateOrder:
    """The order meant by "dmy", "DD/MM/YYYY", "%d.%m.%Y", "dd-MM-yyyy", "yyyy-mm-dd" or "iso".

    Raises BadValue option_unknown.
    """
    bare = written.strip().casefold()
    if bare in ("iso", "iso8601", "iso 8601"):
        return "ymd"
    if bare in ("serial", "epoch"):
        return cast("DateOrder", bare)
    letters = "".join(dict.fromkeys(c for c in bare.replace("a", "y") if c in "dmyb")).replace("b", "m")
    if letters in ("dmy", "mdy", "ymd"):
        return cast("DateOrder", letters)
    raise BadValue("option_unknown", written, option="date_format")
