from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread

import pytest

from keystead.base import clock

NEW_YEAR = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)


def test_now_is_aware_and_runs_when_nothing_holds_it() -> None:
    before = datetime.now(UTC)
    moment = clock.now()

    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset() == timedelta(0)


def test_the_day_depends_on_where_one_is() -> None:
    with clock.frozen(NEW_YEAR):
        assert clock.today() == date(2026, 1, 1)
        assert clock.today("America/Sao_Paulo") == date(2025, 12, 31)
        assert clock.today(timezone(timedelta(hours=-2))) == date(2025, 12, 31)


def test_frozen_moments_nest_and_thaw_even_after_an_error() -> None:
    later = NEW_YEAR + timedelta(days=1)
    with clock.frozen(NEW_YEAR) as held:
        assert held == NEW_YEAR
        with suppress(ZeroDivisionError), clock.frozen(later):
            assert clock.now() == later
            raise ZeroDivisionError
        assert clock.now() == NEW_YEAR
    assert clock.now() > later


def test_another_thread_keeps_its_own_time() -> None:
    seen: list[datetime] = []
    with clock.frozen(NEW_YEAR - timedelta(days=9000)):
        thread = Thread(target=lambda: seen.append(clock.now()), daemon=True)
        thread.start()
        thread.join()
    assert seen[0] > NEW_YEAR - timedelta(days=8000)


def test_a_moment_without_a_zone_cannot_be_frozen() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.frozen(NEW_YEAR.replace(tzinfo=None)):
        raise AssertionError("the block must not run")
