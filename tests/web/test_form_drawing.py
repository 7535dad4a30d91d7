"""A list of choices is drawn as Django draws it, to the character."""

from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.translation import gettext_lazy as _

from keystead.web.form_drawing import Drawing

CHOICES = [
    ("", "---------"),
    (1, "One & only"),
    ("two", _("Won")),
    ("<3>", 4000),
    (_("Open"), [("a", 'a "quoted" one'), ("b", "b")]),
]


class OneOfEach(forms.Form):
    plain = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES, widget=forms.SelectMultiple(attrs={"data-x": "a&b", "hidden": False}))
    unnamed = forms.NullBooleanField(disabled=True)
    day = forms.DateField(widget=forms.SelectDateWidget(years=[2026]))


def test_lists_of_choices_are_drawn_as_django_draws_them() -> None:
    asked = {"plain": "1", "several": ["two", "b"], "day": "2026-02-03"}
    for form in (OneOfEach(), OneOfEach(initial=asked), OneOfEach({"plain": "wrong"})):
        for name in form.fields:
            field = form[name]
            form.renderer = Drawing()
            ours = str(field)
            form.renderer = DjangoTemplates()
            assert ours == str(field)
            assert "<select" in ours
    assert isinstance(get_default_renderer(), Drawing)
