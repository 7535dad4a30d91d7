"""The forms of accounts and contacts. They parse; the domain decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import TARGET_SEGMENTS, Account, Contact, Segment
from keystead.data.workspace.models import Member
from keystead.web.accounts.references import ReferenceField, ReferenceForm, contacts_at
from keystead.web.workspace.people import PersonField, by_name

_NOT_SAID = ("", _("not said"))


def people(viewer: Member, kept: Member | None) -> Any:
    """Active colleagues by name, and whoever holds the post already."""
    found = Member.objects.visible_to(viewer)
    active = found.filter(is_active=True)
    return by_name(active | found.filter(pk=kept.pk) if kept else active)


class AccountForm(ReferenceForm):
    name = forms.CharField(label=_("Name"), max_length=300)
    parent = ReferenceField("account", label=_("Part of"), required=False, help_text=_("The account above it in the tree."))
    industry = forms.CharField(label=_("Industry"), max_length=100, required=False)
    country = forms.CharField(label=_("Country"), max_length=100, required=False)
    website = forms.CharField(label=_("Website"), max_length=300, required=False)
    employees = forms.IntegerField(
        label=_("Employees"), min_value=0, max_value=2_147_483_647, required=False, localize=True,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    status = forms.CharField(label=_("Status"), max_length=100, required=False, help_text=_("In your own words."))
    segment_current = forms.ChoiceField(label=_("Segment now"), choices=[_NOT_SAID, *Segment.choices], required=False)
    segment_target = forms.ChoiceField(label=_("Target segment"), choices=[_NOT_SAID, *TARGET_SEGMENTS], required=False)
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("nobody"))
    is_key = forms.BooleanField(label=_("Key account"), required=False)
    former = forms.BooleanField(label=_("Former customer"), required=False)
    external_id = forms.CharField(
        label=_("Key in the source system"), max_length=200, required=False, help_text=_("An import finds the account by it.")
    )

    def __init__(self, data: Any = None, *, viewer: Member, record: Account | None = None, **kwargs: Any) -> None:
        super().__init__(data, viewer=viewer, record=record, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = people(viewer, record.owner if record else None)
        for name, known in (("industry", "industries"), ("country", "countries")):
            self.fields[name].widget.attrs["list"] = known

    @property
    def fields_given(self) -> dict[str, Any]:
        given = super().fields_given
        return given | {"external_id": given["external_id"] or None}


class ContactForm(ReferenceForm):
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    title = forms.CharField(label=_("Position"), max_length=200, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=100, required=False)
    reports_to = forms.ModelChoiceField(
        Contact._base_manager.none(), label=_("Reports to"), required=False, empty_label=_("nobody")
    )

    def __init__(self, data: Any = None, *, viewer: Member, account: Account, record: Contact | None = None) -> None:
        super().__init__(data, viewer=viewer, record=record)
        above = self.fields["reports_to"]
        assert isinstance(above, forms.ModelChoiceField)
        above.queryset = contacts_at(account, viewer).exclude(pk__in=[record.pk] if record else [])


class TeamForm(forms.Form):
    member = PersonField(label=_("Colleague"), empty_label=_("Choose a colleague"))
    function = forms.CharField(label=_("What for?"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, viewer: Member, account: Account) -> None:
        super().__init__(data)
        member = self.fields["member"]
        assert isinstance(member, forms.ModelChoiceField)
        there = account.team_members.values("member")
        member.queryset = by_name(Member.objects.visible_to(viewer).filter(is_active=True).exclude(pk__in=there))
