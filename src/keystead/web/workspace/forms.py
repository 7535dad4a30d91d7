"""The forms of members, settings, stages, rates and one's own profile. They parse; the domain decides."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils import dates
from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.data.deals.models import DealStatus
from keystead.data.workspace.models import Member, RatePolicy, Role, Scope, Workspace
from keystead.domain.workspace.permissions import may
from keystead.web.workspace.people import PersonField, by_name
from keystead.web.workspace.scopes import offered_scopes
from keystead.web.workspace.sign_in_forms import password_rule
from keystead.web.workspace.writing import RecordForm

_COMMON_CURRENCIES = ("EUR", "USD", "BRL", "GBP", "CHF", "MXN", "ARS", "CLP", "COP")
TOKEN_DAYS = (30, 90, 365)


def currencies() -> list[tuple[str, str]]:
    """Those that most people look for come first."""
    rest = sorted(known_currencies() - set(_COMMON_CURRENCIES))
    return [(code, code) for code in [*_COMMON_CURRENCIES, *rest]]


def languages() -> list[tuple[str, Any]]:
    return list(settings.LANGUAGES)


class MemberForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("Needed for an invitation."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    manager = PersonField(label=_("Reports to"), required=False, empty_label=_("nobody"))
    region = forms.CharField(label=_("Region"), max_length=100, required=False)
    team = forms.CharField(label=_("Team"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, viewer: Member, record: Member | None = None) -> None:
        super().__init__(data, record=record, initial={} if record else {"role": Role.ACCOUNT_MANAGER})
        is_owner = may(viewer, "workspace.own") or (record is not None and record.role == Role.OWNER)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [choice for choice in Role.choices if is_owner or choice[0] != Role.OWNER]
        manager = self.fields["manager"]
        assert isinstance(manager, forms.ModelChoiceField)
        others = Member.objects.visible_to(viewer)
        manager.queryset = by_name(others.exclude(pk=record.pk) if record else others)
        for name in ("region", "team"):
            self.fields[name].widget.attrs["list"] = f"{name}s"
        if record is not None and record.user_id:
            email = self.fields["email"]
            email.disabled = True
            email.help_text = _("%(name)s logs in with this address.") % {"name": record.name}

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: value for name, value in super().fields_given.items() if not self.fields[name].disabled}


_NOBODY = "nobody"


def _second_steps() -> list[tuple[str, Any]]:
    return [(value or _NOBODY, words) for value, words in Workspace.SecondStep.choices]


class WorkspaceForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies, help_text=_("Totals over several accounts are in it."))
    language = forms.ChoiceField(
        label=_("Language"), choices=languages, help_text=_("Of letters to people who have not chosen one.")
    )
    fiscal_start_month = forms.TypedChoiceField(
        label=_("The fiscal year starts in"), coerce=int, choices=lambda: [(n, dates.MONTHS[n]) for n in range(1, 13)]
    )
    fiscal_named_by = forms.ChoiceField(label=_("It is named by"), choices=Workspace.YearNamedBy.choices)
    fiscal_pattern = forms.ChoiceField(label=_("Its periods are"), choices=Workspace.Pattern.choices)
    fiscal_week_start = forms.TypedChoiceField(
        label=_("Fiscal weeks start on"), coerce=int, choices=lambda: [(n, dates.WEEKDAYS[n]) for n in range(7)],
        help_text=_("For periods of weeks only."),
    )  # fmt: skip
    fiscal_week53 = forms.ChoiceField(
        label=_("The year ends on the"), choices=Workspace.Week53.choices, help_text=_("For periods of weeks only.")
    )
    rate_policy = forms.ChoiceField(
        label=_("Exchange rate of new plans"), choices=RatePolicy.choices, widget=forms.RadioSelect,
        help_text=_("Every plan can choose its own."),
    )  # fmt: skip
    totals_include_hidden = forms.BooleanField(
        label=_("Totals include deals that the reader may not open"), required=False,
        help_text=_("They stand in the explanation as one line, with their number. Otherwise they are left out, and counted."),
    )  # fmt: skip
    second_step = forms.ChoiceField(
        label=_("A second step at sign-in is required of"), choices=_second_steps, widget=forms.RadioSelect,
        help_text=_("Whoever has none is led to setting one up before the workspace opens."),
    )  # fmt: skip

    def values_of(self, record: Any) -> Mapping[str, Any]:
        values = super().values_of(record)
        return {**values, "second_step": values.get("second_step") or _NOBODY}

    @property
    def fields_given(self) -> dict[str, Any]:
        """On the page nobody is a choice like the others; in the workspace it is no rule at all."""
        given = super().fields_given
        return given | {"second_step": "" if given["second_step"] == _NOBODY else given["second_step"]}


class StageForm(RecordForm):
    name = forms.CharField(label=_("Stage"), max_length=100)
    status = forms.ChoiceField(label=_("A deal in it is"), choices=DealStatus.choices)
    probability = forms.IntegerField(
        label=_("Probability, %"), min_value=0, max_value=100, help_text=_("Won is always 100, lost always 0.")
    )


class RateForm(RecordForm):
    base = forms.ChoiceField(label=_("1 unit of"), choices=currencies)
    rate = forms.DecimalField(label=_("is worth"), max_digits=24, decimal_places=12, min_value=0, localize=True)
    quote = forms.ChoiceField(label=_("of"), choices=currencies)
    date = forms.DateField(label=_("From the day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    source = forms.CharField(label=_("Source"), max_length=100, required=False)

    def __init__(
        self, data: Any = None, *, today: dt.date, currency: str = "", pair: tuple[str, str] = ("", ""), **kwargs: Any
    ) -> None:
        base, quote = pair
        quote = quote or currency
        base = base or next(code for code in ("USD", "EUR") if code != quote)
        initial = {} if kwargs.get("record") else {"date": today, "base": base, "quote": quote}
        super().__init__(data, initial=initial, **kwargs)
        self.fields["rate"].widget.attrs["inputmode"] = "decimal"


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
    )
    theme = forms.ChoiceField(
        label=_("Colours"), widget=forms.RadioSelect,
        choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )  # fmt: skip

    def clean_theme(self) -> str:
        """Following the device is no choice of colours: it is kept as none."""
        theme: str = self.cleaned_data["theme"]
        return "" if theme == "system" else theme


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=100)
    days = forms.TypedChoiceField(
        label=_("Expires"), coerce=int, initial=TOKEN_DAYS[1],
        choices=[(30, _("after 30 days")), (90, _("after 90 days")), (365, _("after a year")), (0, _("never"))],
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("It may"), widget=forms.CheckboxSelectMultiple, required=False, initial=[Scope.READ],
        help_text=_("Reading is always included. It never may more than you."),
    )  # fmt: skip

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = offered_scopes(viewer)
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]
        if not offered:
            del self.fields["scopes"]


class AcceptForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    password = forms.CharField(
        label=_("Password"), strip=False, help_text=password_rule(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
