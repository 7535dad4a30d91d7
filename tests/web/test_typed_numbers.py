"""A number that a page shows can be typed, or copied, into a field of the same language."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from keystead.web.templatetags import formats


@pytest.mark.parametrize("language", ["en", "pt-br", "es"])
@pytest.mark.parametrize("value", ["1234567.50", "100000.00", "0.25"])
def test_what_a_page_writes_a_field_reads_and_writes_again(language: str, value: str) -> None:
    written = formats.number(Decimal(value), language, places=2)
    field = forms.DecimalField(localize=True)
    with translation.override(language):
        assert field.clean(written) == Decimal(value)
        assert field.widget.format_value(Decimal(value)) == written
