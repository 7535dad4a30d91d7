"""The words of a filter that is set: ends of ranges as the reader writes numbers, percentages and days."""

import pytest
from django.utils import translation

from keystead.domain.grid.columns import Kind
from keystead.web.grid.filters import range_end


@pytest.mark.parametrize(
    ("language", "kind", "typed", "written"),
    [
        ("en", Kind.MONEY, "1234.5", "1,234.5"),
        ("pt-br", Kind.MONEY, "1234.5", "1.234,5"),
        ("es", Kind.NUMBER, "250000", "250.000"),
        ("en", Kind.RATIO, "80", "80\u00a0%"),
        ("pt-br", Kind.RATIO, "80", "80%"),
        ("es", Kind.RATIO, "12.5", "12,5\u00a0%"),
        ("en", Kind.DAY, "2026-03-31", "31 Mar 2026"),
        ("pt-br", Kind.DAY, "2026-03-31", "31 de mar. de 2026"),
        ("es", Kind.DAY, "2026-03-31", "31 mar 2026"),
    ],
)
def test_the_end_of_a_range_is_written_as_the_reader_writes_it(language: str, kind: Kind, typed: str, written: str) -> None:
    with translation.override(language):
        assert range_end(kind, typed) == written


@pytest.mark.parametrize("kind", [Kind.DAY, Kind.MONEY, Kind.RATIO])
@pytest.mark.parametrize("typed", ["soon", "NaN", "1e999999", "-Infinity", ""])
def test_what_is_no_number_or_day_stays_as_it_was_typed(kind: Kind, typed: str) -> None:
    assert range_end(kind, typed) == typed
