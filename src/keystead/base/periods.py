"""Periods: the only module that knows where a fiscal year, quarter or month begins and ends.

A fiscal calendar is either made of months, or of weeks (4-4-5 and its family). A year of weeks ends always on
the same weekday: the last one of its final month, or the one nearest to that month's end. Whenever the years
drift a week apart there is a 53rd week, which belongs to the year's last period, as in the National Retail
Federation's 4-5-4 calendar (start month 2, weeks from Sunday, "nearest").
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from babel.dates import format_interval, format_skeleton, get_quarter_names

Kind = Literal["year", "quarter", "month", "week_group", "range"]
Pattern = Literal["months", "445", "454", "544"]
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_KEY = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<part>[QP])?(?P<number>[0-9]{1,2}))?")
_RANGE_KEY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")


class InvalidPeriod(ValueError):
    """Not a period, a key of one, or a calendar. `code` says why."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value}")
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included. Two periods are equal when their days are.

    A calendar fills the rest: `kind`, the fiscal `year` it belongs to, and its `number` in that year
    (quarter 1-4, month 1-12 counted from the start of the fiscal year).
    """

    start: date
    end: date
    kind: Kind = field(default="range", compare=False)
    year: int | None = field(default=None, compare=False)
    number: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.start, datetime) or isinstance(self.end, datetime):
            raise InvalidPeriod("period_needs_days", f"{self.start} - {self.end}")
        if self.end < self.start:
            raise InvalidPeriod("period_ends_before_start", f"{self.start} - {self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def key(self) -> str:
        """A stable name for addresses and the API, which `FiscalCalendar.parse` reads back.

        "2026", "2026-Q2", "2026-05" (that calendar month), "2026-P05" (fifth group of weeks), "START..END".
        """
        match self.kind:
            case "year":
                return f"{self.year:04}"
            case "quarter":
                return f"{self.year:04}-Q{self.number}"
            case "month":
                return f"{self.start:%Y-%m}"
            case "week_group":
                return f"{self.year:04}-P{self.number:02}"
            case _:
                return f"{self.start}..{self.end}"

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def overlaps(self, other: "Period") -> bool:
        return self.start <= other.end and other.start <= self.end

    def next(self) -> "Period":
        """The range that follows: as many months when this one is made of whole months, else as many days.

        For the next fiscal quarter or month ask the calendar: `FiscalCalendar.next`.
        """
        return self._moved(1)

    def previous(self) -> "Period":
        """The range before this one, by the same rule as `next`."""
        return self._moved(-1)

    def _moved(self, steps: int) -> "Period":
        try:
            if self.start.day == 1 and (self.end + _DAY).day == 1:
                months = _month_index(self.end) - _month_index(self.start) + 1
                return _whole_months(_month_index(self.start) + steps * months, months)
            shift = timedelta(days=steps * self.days)
            return Period(self.start + shift, self.end + shift)
        except (ValueError, OverflowError) as error:
            raise InvalidPeriod("period_out_of_range", self.key) from error


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """How a workspace cuts time. Raises InvalidPeriod for settings that make no calendar.

    `start_month` 1-12; `named_by` says whether a fiscal year bears the calendar year of its first or of its
    last month; `week_start` (0 Monday - 6 Sunday) and `week53` matter to the patterns of weeks only.
    """

    start_month: int = 1
    named_by: Literal["start", "end"] = "start"
    pattern: Pattern = "months"
    week_start: int = 0
    week53: Literal["last", "nearest"] = "last"

    def __post_init__(self) -> None:
        allowed: dict[str, object] = {
            "start_month": range(1, 13),
            "named_by": ("start", "end"),
            "pattern": ("months", "445", "454", "544"),
            "week_start": range(7),
            "week53": ("last", "nearest"),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:  # type: ignore[operator]
                raise InvalidPeriod(f"calendar_{name}", getattr(self, name))

    # The period that a day falls in

    def year_of(self, day: date) -> Period:
        opening = min(day.year + 1, MAXYEAR)  # a year of weeks may begin some days before its nominal month
        while self._opens(opening) > day:
            opening -= 1
        return self.year(opening + self._name_shift)

    def quarter_of(self, day: date) -> Period:
        return next(part for part in self._quarters_of(self.year_of(day)) if part.contains(day))

    def month_of(self, day: date) -> Period:
        return next(part for part in self._months_of(self.year_of(day)) if part.contains(day))

    # A period by its number

    def year(self, year: int) -> Period:
        opening = year - self._name_shift
        return Period(self._opens(opening), self._opens(opening + 1) - _DAY, "year", year)

    def quarter(self, year: int, number: int) -> Period:
        return _pick(self._quarters_of(self.year(year)), number)

    def month(self, year: int, number: int) -> Period:
        """The `number`-th month (or group of weeks) of a fiscal year, counted from the year's start."""
        return _pick(self._months_of(self.year(year)), number)

    def parse(self, key: str) -> Period:
        """Read what `Period.key` writes. "2026-05" is May 2026 and needs a calendar of months."""
        if bounds := _RANGE_KEY.fullmatch(key):
            return _range_from(key, bounds[1], bounds[2])
        match = _KEY.fullmatch(key)
        if match is None:
            raise InvalidPeriod("period_key", key)
        year, number = int(match["year"]), int(match["number"] or 0)
        if match["number"] is None:
            return self.year(year)
        if match["part"] == "Q":
            return self.quarter(year, number)
        if match["part"] == "P":
            return self.month(year, number)
        if self.pattern != "months" or not 1 <= number <= 12 or year == 0:
            raise InvalidPeriod("period_key", key)
        return self.month_of(date(year, number, 1))

    # Neighbours and parts

    def next(self, period: Period) -> Period:
        """The period of the same kind that follows; for a plain range, `Period.next`."""
        return period.next() if period.kind == "range" else self._same_kind(period)(_beside(period.end, 1))

    def previous(self, period: Period) -> Period:
        return period.previous() if period.kind == "range" else self._same_kind(period)(_beside(period.start, -1))

    def years(self, within: Period) -> list[Period]:
        """The fiscal years that touch `within`, whole, in order."""
        return self._touching(within, self.year_of)

    def quarters(self, within: Period) -> list[Period]:
        """The fiscal quarters that touch `within`, whole, in order."""
        return self._touching(within, self.quarter_of)

    def months(self, within: Period) -> list[Period]:
        """The fiscal months (or groups of weeks) that touch `within`, whole, in order."""
        return self._touching(within, self.month_of)

    def default_plan_period(self, today: date) -> Period:
        """What a new plan covers: twelve fiscal months from the start of the running fiscal year."""
        return self.year_of(today)

    def name(self, period: Period, locale: str = "en", *, fiscal: str = "FY") -> str:
        """For people: "2026" when the year is the calendar year, else "FY 2026"; "Q2 2026"; "May 2026".

        `fiscal` is the reader's word for a fiscal year, translated by the surface that asks.
        """
        if period.kind == "range":
            return format_interval(period.start, period.end, skeleton="yMMMd", locale=locale)
        if period.kind == "month":
            return format_skeleton("yMMM", period.start, locale=locale)
        year = str(period.year) if self._is_calendar_year else f"{fiscal} {period.year}"
        if period.kind == "year":
            return year
        if period.kind == "week_group":
            return f"P{period.number} {year}"
        return f"{get_quarter_names('abbreviated', locale=locale)[period.number or 1]} {year}"

    # How it is computed

    @property
    def _is_calendar_year(self) -> bool:
        return self.start_month == 1 and self.pattern == "months"

    @property
    def _name_shift(self) -> int:
        """From the calendar year of the nominal first month to the year's name."""
        return 1 if self.named_by == "end" and self.start_month > 1 else 0

    def _opens(self, opening: int) -> date:
        """First day of the fiscal year whose nominal first month lies in the calendar year `opening`."""
        try:
            nominal = date(opening, self.start_month, 1)
            if self.pattern == "months":
                return nominal
            # Weeks count from the day after the closing weekday, so the rule finds the opening day itself.
            slack = 3 if self.week53 == "nearest" else 0
            latest = nominal + timedelta(days=slack)
            return latest - timedelta(days=(latest.weekday() - self.week_start) % 7)
        except (ValueError, OverflowError) as error:
            raise InvalidPeriod("period_out_of_range", opening) from error

    def _months_of(self, year: Period) -> list[Period]:
        if self.pattern == "months":
            first = _month_index(year.start)
            spans = [_whole_months(first + step, 1) for step in range(12)]
        else:
            spans = self._week_groups(year)
        kind: Kind = "month" if self.pattern == "months" else "week_group"
        return [Period(span.start, span.end, kind, year.year, n) for n, span in enumerate(spans, 1)]

    def _week_groups(self, year: Period) -> list[Period]:
        starts = [year.start]
        for weeks in [int(digit) for digit in self.pattern] * 4:
            starts.append(starts[-1] + weeks * _WEEK)
        starts[-1] = year.end + _DAY  # the last group takes the 53rd week
        return [Period(start, after - _DAY) for start, after in pairwise(starts)]

    def _quarters_of(self, year: Period) -> list[Period]:
        months = self._months_of(year)
        return [Period(months[3 * n].start, months[3 * n + 2].end, "quarter", year.year, n + 1) for n in range(4)]

    def _same_kind(self, period: Period) -> Callable[[date], Period]:
        return {"year": self.year_of, "quarter": self.quarter_of}.get(period.kind, self.month_of)

    def _touching(self, within: Period, find: Callable[[date], Period]) -> list[Period]:
        found = [find(within.start)]
        while found[-1].end < within.end:
            found.append(find(found[-1].end + _DAY))
        return found


def _pick(parts: list[Period], number: int) -> Period:
    if not 1 <= number <= len(parts):
        raise InvalidPeriod("period_number", number)
    return parts[number - 1]


def _range_from(key: str, start: str, end: str) -> Period:
    try:
        return Period(date.fromisoformat(start), date.fromisoformat(end))
    except InvalidPeriod:
        raise
    except ValueError as error:
        raise InvalidPeriod("period_key", key) from error


def _month_index(day: date) -> int:
    """Months since year 0, so that months can be added as integers."""
    return day.year * 12 + day.month - 1


def _whole_months(first: int, count: int) -> Period:
    after = first + count
    start = date(first // 12, first % 12 + 1, 1)
    return Period(start, date(after // 12, after % 12 + 1, 1) - _DAY)


def _beside(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise InvalidPeriod("period_out_of_range", day) from error
