"""An import's options: whatever is not understood is named, all of it at once."""

from typing import Any

import pytest

from keystead.domain.exchange.options import OPTIONS, check_options
from keystead.domain.writing import Invalid


def test_every_option_that_makes_no_sense_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        check_options(
            "accounts",
            {
                "mapping": {"Firm": "nonsense"}, "match": [["nonsense"]], "mode": "sideways", "currency": "QQQ",
                "unknown": {"owner": "guess"}, "date_format": "backwards", "number_format": "loud", "formats": {"Firm": "x"},
            },
        )  # fmt: skip
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("mapping", "unknown_field"), ("match", "unknown_field"), ("mode", "bad_choice"), ("currency", "unknown_currency"),
        ("unknown", "bad_choice"), ("date_format", "bad_option"), ("number_format", "bad_option"), ("formats", "bad_option"),
    ]  # fmt: skip


DEEP: Any = "Firm"
for _turn in range(1_500):  # JSON is read ten times as deep
    DEEP = [DEEP]


@pytest.mark.parametrize("value", [DEEP, {"name": DEEP}, {"name": {"Firm": DEEP}}, [DEEP]])
@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_nothing_is_too_deep_to_be_refused(option: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        check_options("accounts", {option: value})
    assert {error.field for error in refused.value.errors} == {option}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("mapping", {"Firm": ["name"]}), ("mapping", {"Firm": {"name": "name"}}), ("mapping", {"Firm": 1}),
        ("values", {"owner": "Bob"}), ("values", {"owner": ["Bob"]}), ("values", {"owner": {"B": 1}}),
        ("values", {"owner": {"B": None}}), ("without", {"owner": "Bob"}),
        ("without", {"owner": {"B": "Bob"}}), ("header_row", -1), ("header_row", 2**70),
    ],
)  # fmt: skip
def test_what_the_reading_would_break_at_is_refused_before(option: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        check_options("accounts", {option: value})
    assert [(error.field, error.code) for error in refused.value.errors] == [(option, "bad_option")]
