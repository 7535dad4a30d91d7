from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.base.periods import FiscalCalendar, InvalidPeriod, Period

calendars = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    named_by=st.sampled_from(["start", "end"]),
    pattern=st.sampled_from(["months", "445", "454", "544"]),
    week_start=st.integers(0, 6),
    week53=st.sampled_from(["last", "nearest"]),
)
weekly = calendars.filter(lambda calendar: calendar.pattern != "months")
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
day_pairs = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))
RETAIL = FiscalCalendar(start_month=2, named_by="start", pattern="454", week_start=6, week53="nearest")


def test_a_calendar_year_starts_in_january_and_bears_its_own_number() -> None:
    calendar = FiscalCalendar()
    year = calendar.year_of(date(2026, 11, 22))

    assert (year.start, year.end, year.days) == (date(2026, 1, 1), date(2026, 12, 31), 365)
    assert calendar.name(year) == "2026"


@pytest.mark.parametrize(("named_by", "name"), [("start", "FY 2025"), ("end", "FY 2026")])
def test_a_year_from_july_is_named_by_its_start_or_by_its_end(named_by: str, name: str) -> None:
    calendar = FiscalCalendar(start_month=7, named_by=named_by)  # type: ignore[arg-type]
    year = calendar.year_of(date(2026, 5, 3))

    assert year == Period(date(2025, 7, 1), date(2026, 6, 30))
    assert calendar.name(year) == name
    assert calendar.year(year.year or 0) == year


def test_the_quarter_follows_the_formula_of_the_start_month() -> None:
    for start in range(1, 13):
        for month in range(1, 13):
            quarter = FiscalCalendar(start_month=start).quarter_of(date(2026, month, 15))
            assert quarter.number == (month - start + 12) % 12 // 3 + 1


@given(calendars, days)
def test_every_day_is_in_exactly_one_year_quarter_and_month_and_they_nest(calendar: FiscalCalendar, day: date) -> None:
    year, quarter, month = calendar.year_of(day), calendar.quarter_of(day), calendar.month_of(day)

    assert all(period.contains(day) for period in (year, quarter, month))
    assert year.start <= quarter.start <= month.start
    assert month.end <= quarter.end <= year.end
    assert year.year == quarter.year == month.year


@given(calendars, days)
def test_parts_follow_one_another_without_gap_and_fill_the_year(calendar: FiscalCalendar, day: date) -> None:
    year = calendar.year_of(day)

    for parts, count in ((calendar.quarters(year), 4), (calendar.months(year), 12)):
        assert [part.number for part in parts] == list(range(1, count + 1))
        assert (parts[0].start, parts[-1].end) == (year.start, year.end)
        assert sum(part.days for part in parts) == year.days
        for part, following in pairwise(parts):
            assert following.start == part.end + timedelta(days=1)


@given(calendars, days)
def test_neighbours_touch_and_lead_back(calendar: FiscalCalendar, day: date) -> None:
    for period in (calendar.year_of(day), calendar.quarter_of(day), calendar.month_of(day)):
        following = calendar.next(period)
        assert following.start == period.end + timedelta(days=1)
        assert following.kind == period.kind
        assert calendar.previous(following) == period


@given(calendars, days)
def test_a_key_is_read_back_as_the_same_period(calendar: FiscalCalendar, day: date) -> None:
    for period in (calendar.year_of(day), calendar.quarter_of(day), calendar.month_of(day)):
        again = calendar.parse(period.key)
        assert (again, again.kind, again.number) == (period, period.kind, period.number)


@given(calendars, days)
def test_a_period_is_found_by_its_number(calendar: FiscalCalendar, day: date) -> None:
    quarter, month = calendar.quarter_of(day), calendar.month_of(day)

    assert calendar.quarter(quarter.year or 0, quarter.number or 0) == quarter
    assert calendar.month(month.year or 0, month.number or 0) == month


@given(weekly, st.integers(1900, 2199))
def test_a_year_of_weeks_has_52_or_53_and_ends_on_its_weekday_by_its_rule(calendar: FiscalCalendar, number: int) -> None:
    year = calendar.year(number)
    opening = number - (calendar.named_by == "end" and calendar.start_month > 1)
    nominal_end = date(opening + 1, calendar.start_month, 1) - timedelta(days=1)
    distance = (year.end - nominal_end).days

    assert year.days in (52 * 7, 53 * 7)
    assert year.start.weekday() == calendar.week_start
    assert -3 <= distance <= 3 if calendar.week53 == "nearest" else -6 <= distance <= 0


@given(weekly, days)
def test_groups_of_weeks_follow_the_pattern_and_the_last_takes_the_53rd(calendar: FiscalCalendar, day: date) -> None:
    year = calendar.year_of(day)
    weeks = [group.days // 7 for group in calendar.months(year)]
    expected = [int(digit) for digit in calendar.pattern] * 4
    expected[-1] += year.days // 7 - 52

    assert weeks == expected


@pytest.mark.parametrize(
    ("number", "start", "end", "weeks"),
    [
        (2006, date(2006, 1, 29), date(2007, 2, 3), 53),
        (2012, date(2012, 1, 29), date(2013, 2, 2), 53),
        (2016, date(2016, 1, 31), date(2017, 1, 28), 52),
        (2017, date(2017, 1, 29), date(2018, 2, 3), 53),
        (2018, date(2018, 2, 4), date(2019, 2, 2), 52),
        (2022, date(2022, 1, 30), date(2023, 1, 28), 52),
        (2023, date(2023, 1, 29), date(2024, 2, 3), 53),
        (2024, date(2024, 2, 4), date(2025, 2, 1), 52),
    ],
)
def test_the_retail_calendar_has_its_published_years(number: int, start: date, end: date, weeks: int) -> None:
    year = RETAIL.year(number)

    assert (year.start, year.end, year.days) == (start, end, weeks * 7)


def test_the_retail_january_of_2023_takes_five_weeks() -> None:
    january = RETAIL.month(2023, 12)

    assert january == Period(date(2023, 12, 31), date(2024, 2, 3))
    assert RETAIL.month(2022, 12).days == 28


def test_the_last_saturday_of_august_and_the_nearest_one_part_in_2024() -> None:
    last = FiscalCalendar(start_month=9, named_by="end", pattern="445", week_start=6, week53="last")
    nearest = FiscalCalendar(start_month=9, named_by="end", pattern="445", week_start=6, week53="nearest")

    assert [last.year(n).end for n in (2023, 2024)] == [date(2023, 8, 26), date(2024, 8, 31)]
    assert [nearest.year(n).end for n in (2022, 2023)] == [date(2022, 9, 3), date(2023, 9, 2)]
    assert last.year(2024).days == 53 * 7


def test_a_week_before_january_belongs_to_the_year_it_opens() -> None:
    calendar = FiscalCalendar(pattern="445", week53="nearest")

    assert calendar.year_of(date(2025, 12, 29)).year == 2026
    assert calendar.name(calendar.year(2026)) == "FY 2026"


@given(calendars, day_pairs)
def test_parts_of_a_range_cover_it_and_no_more_than_they_must(calendar: FiscalCalendar, span: Period) -> None:
    for parts in (calendar.years(span), calendar.quarters(span)):
        assert all(part.overlaps(span) for part in parts)
        assert parts[0].contains(span.start)
        assert parts[-1].contains(span.end)


def test_the_last_year_that_ends_has_its_parts() -> None:
    calendar = FiscalCalendar(start_month=4)
    year = calendar.year_of(date(9999, 2, 1))
    assert year == Period(date(9998, 4, 1), date(9999, 3, 31))
    assert (len(calendar.quarters(year)), len(calendar.months(year))) == (4, 12)
    with pytest.raises(InvalidPeriod):
        calendar.year_of(date(9999, 4, 1))


def test_days_on_the_edges_belong_to_the_period() -> None:
    march = FiscalCalendar().parse("2026-03")

    inside, outside = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 2, 28), date(2026, 4, 1))
    assert all(march.contains(day) for day in inside)
    assert not any(march.contains(day) for day in outside)
    assert march.overlaps(Period(date(2026, 3, 31), date(2026, 5, 1)))


def test_a_range_of_whole_months_moves_by_months_and_any_other_by_days() -> None:
    plan = Period(date(2026, 7, 1), date(2027, 6, 30))
    fortnight = Period(date(2026, 3, 2), date(2026, 3, 15))

    assert FiscalCalendar().next(plan) == Period(date(2027, 7, 1), date(2028, 6, 30))
    assert FiscalCalendar().previous(plan) == Period(date(2025, 7, 1), date(2026, 6, 30))
    assert fortnight.next() == Period(date(2026, 3, 16), date(2026, 3, 29))
    assert fortnight.previous() == Period(date(2026, 2, 16), date(2026, 3, 1))


def test_a_new_plan_covers_the_running_fiscal_year() -> None:
    april = FiscalCalendar(start_month=4, named_by="end")

    assert april.default_plan_period(date(2026, 3, 31)) == Period(date(2025, 4, 1), date(2026, 3, 31))
    assert april.default_plan_period(date(2026, 4, 1)) == Period(date(2026, 4, 1), date(2027, 3, 31))


def test_keys_are_what_addresses_carry() -> None:
    calendar = FiscalCalendar(start_month=7, named_by="end")
    day = date(2026, 5, 3)

    assert calendar.year_of(day).key == "2026"
    assert calendar.quarter_of(day).key == "2026-Q4"
    assert calendar.month_of(day).key == "2026-05"
    assert calendar.parse("2026-P11") == calendar.month_of(day)
    assert RETAIL.month_of(day).key == "2026-P04"
    assert calendar.parse("2026-01-15..2026-03-02") == Period(date(2026, 1, 15), date(2026, 3, 2))
    assert Period(date(2026, 1, 15), date(2026, 3, 2)).key == "2026-01-15..2026-03-02"


@pytest.mark.parametrize(
    "key",
    ["", "26", "2026-", "2026-Q0", "2026-Q5", "2026-13", "2026-00", "2026-P13", "2026-X1", "0000", "0000-05",
     "9999", "\uff12\uff10\uff12\uff16", "2026-02-30..2026-03-01", "2026-03-02..2026-03-01", "2026-05\n"],
)  # fmt: skip
def test_a_key_that_names_no_period_is_refused(key: str) -> None:
    with pytest.raises(InvalidPeriod):
        FiscalCalendar().parse(key)


def test_a_calendar_of_weeks_has_no_month_of_may() -> None:
    with pytest.raises(InvalidPeriod, match="period_key"):
        RETAIL.parse("2026-05")


@pytest.mark.parametrize(
    ("locale", "names"),
    [
        ("en", ["FY 2026", "Q4 FY 2026", "May 2026"]),
        ("pt_BR", ["FY 2026", "T4 FY 2026", "mai. de 2026"]),
        ("es", ["FY 2026", "T4 FY 2026", "may 2026"]),
    ],
)
def test_names_are_in_the_language_of_the_reader(locale: str, names: list[str]) -> None:
    calendar, day = FiscalCalendar(start_month=7, named_by="end"), date(2026, 5, 3)
    periods = [calendar.year_of(day), calendar.quarter_of(day), calendar.month_of(day)]

    assert [calendar.name(period, locale) for period in periods] == names


def test_the_word_for_a_fiscal_year_comes_from_the_reader_and_weeks_and_ranges_have_names() -> None:
    assert RETAIL.name(RETAIL.year(2026), "es", fiscal="EF") == "EF 2026"
    assert RETAIL.name(RETAIL.month(2026, 4)) == "P4 FY 2026"
    assert FiscalCalendar().name(FiscalCalendar().parse("2026-Q2")) == "Q2 2026"
    assert RETAIL.name(Period(date(2026, 1, 5), date(2026, 3, 4)), "es").startswith("5 ene")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"start_month": 0}, "calendar_start_month"),
        ({"start_month": 13}, "calendar_start_month"),
        ({"named_by": "middle"}, "calendar_named_by"),
        ({"pattern": "455"}, "calendar_pattern"),
        ({"week_start": 7}, "calendar_week_start"),
        ({"week53": "first"}, "calendar_week53"),
    ],
)
def test_settings_that_make_no_calendar_are_refused(settings: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidPeriod) as raised:
        FiscalCalendar(**settings)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_a_period_is_made_of_days_in_order() -> None:
    with pytest.raises(InvalidPeriod, match="period_ends_before_start"):
        Period(date(2026, 2, 1), date(2026, 1, 31))
    with pytest.raises(InvalidPeriod, match="period_needs_days"):
        Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC))


def test_the_ends_of_time_are_an_error_with_a_code() -> None:
    calendar = FiscalCalendar()
    beyond: list[Callable[[], Period]] = [
        lambda: calendar.year_of(date.max),
        lambda: calendar.previous(calendar.year_of(date.min)),
        lambda: RETAIL.year_of(date.min),
        lambda: Period(date.max, date.max).next(),
        lambda: Period(date(9999, 11, 1), date(9999, 11, 30)).next(),
    ]
    for attempt in beyond:
        with pytest.raises(InvalidPeriod) as raised:
            attempt()
        assert raised.value.code == "period_out_of_range"
