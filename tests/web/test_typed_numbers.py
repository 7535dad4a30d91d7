"""A number that a page shows can be typed, or copied, into a field of the same language."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from keystead.web.accounts.forms import AccountForm
from keystead.web.templatetags import formats


@pytest.mark.parametrize("language", ["en", "pt-br", "es"])
@pytest.mark.parametrize("value", ["1234567.50", "100000.00", "0.25"])
def test_what_a_page_writes_a_field_reads_and_writes_again(language: str, value: str) -> None:
    written = formats.number(Decimal(value), language, places=2)
    field = forms.DecimalField(localize=True)
    with translation.override(language):
        assert field.clean(written) == Decimal(value)
        assert field.widget.format_value(Decimal(value)) == written


def test_the_employees_of_a_large_account_survive_its_form() -> None:
    """A browser empties <input type=number> whose value has a comma, and the next save would delete the number."""
    field = AccountForm.base_fields["employees"]
    assert field.localize
    assert field.widget.input_type == "text"
    with translation.override("en"):
        assert field.clean(field.widget.format_value(50_000)) == 50_000
