"""An import's options: whatever is not understood is named, all of it at once."""

import pytest

from keystead.domain.exchange.options import check_options
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
