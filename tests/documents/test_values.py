from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.documents.values import TargetBar

amounts = st.decimals(-(10**12), 10**12, places=2)


def test_the_bar_is_as_long_as_the_target_when_the_forecast_is_less() -> None:
    bar = TargetBar.of(target=Decimal(400), won=Decimal(100), pipeline=Decimal(200), weighted=Decimal(50))

    assert bar == TargetBar(won=0.25, weighted=0.125, rest=0.375, target=1.0)


def test_the_bar_is_as_long_as_the_forecast_when_the_target_is_passed() -> None:
    bar = TargetBar.of(target=Decimal(100), won=Decimal(150), pipeline=Decimal(50), weighted=Decimal(50))

    assert bar == TargetBar(won=0.75, weighted=0.25, rest=0.0, target=0.5)


@pytest.mark.parametrize("target", [None, Decimal(0), Decimal(-5)])
def test_without_a_target_there_is_no_mark(target: Decimal | None) -> None:
    bar = TargetBar.of(target=target, won=Decimal(1), pipeline=Decimal(3), weighted=Decimal(1))

    assert bar == TargetBar(won=0.25, weighted=0.25, rest=0.5, target=None)


def test_nothing_at_all_is_an_empty_bar() -> None:
    assert TargetBar.of(target=None, won=Decimal(0), pipeline=Decimal(0), weighted=Decimal(0)) == TargetBar()


@given(st.none() | amounts, amounts, amounts, amounts)
def test_parts_never_leave_the_bar(target: Decimal | None, won: Decimal, pipeline: Decimal, weighted: Decimal) -> None:
    bar = TargetBar.of(target=target, won=won, pipeline=pipeline, weighted=weighted)

    assert all(0 <= part <= 1 for part in (bar.won, bar.weighted, bar.rest, bar.target or 0))
    assert bar.won + bar.weighted + bar.rest <= 1 + 1e-9
