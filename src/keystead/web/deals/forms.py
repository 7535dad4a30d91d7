"""The form of a deal. It parses; the domain decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keystead.data.deals.models import Deal, DealStatus, Stage
from keystead.data.workspace.models import Member
from keystead.web.accounts.forms import people
from keystead.web.accounts.references import ReferenceField, ReferenceForm
from keystead.web.workspace.forms import currencies
from keystead.web.workspace.people import PersonField


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DealForm(ReferenceForm):
    amounts = ("amount",)

    name = forms.CharField(label=_("Deal"), max_length=300)
    account = ReferenceField("account", label=_("Account"), required=False)
    amount = forms.DecimalField(
        label=_("Amount"), required=False, max_digits=20, decimal_places=4, localize=True,
        help_text=_("Leave it empty when nobody knows yet: unknown is not zero."),
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    stage = forms.ModelChoiceField(
        Stage._base_manager.none(), label=_("Stage"), required=False, empty_label=_("none"),
        help_text=_("It says whether the deal is open, won or lost, and how probable it is."),
    )  # fmt: skip
    status = forms.ChoiceField(
        label=_("Status"), choices=DealStatus.choices, required=False, help_text=_("Counts when there is no stage.")
    )
    probability = forms.DecimalField(
        label=_("Probability, %"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2, localize=True,
        help_text=_("Empty: the stage's."),
    )  # fmt: skip
    close_date = _day(_("Closes on"))
    created_date = _day(_("Created on"))
    product = ReferenceField("product", label=_("Product"), required=False)
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("nobody"))
    team_key = forms.CharField(label=_("Team"), max_length=100, required=False, help_text=_("Empty: the owner's team."))
    lost_reason = forms.CharField(label=_("Lost because"), max_length=300, required=False)
    external_id = forms.CharField(label=_("Key in the source system"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, viewer: Member, record: Deal | None = None, **kwargs: Any) -> None:
        super().__init__(data, viewer=viewer, record=record, **kwargs)
        owner, stage = self.fields["owner"], self.fields["stage"]
        assert isinstance(owner, forms.ModelChoiceField)
        assert isinstance(stage, forms.ModelChoiceField)
        owner.queryset = people(viewer, record.owner if record else None)
        stage.queryset = Stage.objects.visible_to(viewer)
        for name in ("amount", "probability"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    @property
    def fields_given(self) -> dict[str, Any]:
        """A stage brings its status, and a new stage its probability unless another one was typed."""
        given = super().fields_given
        given["external_id"] = given["external_id"] or None
        if given["stage"] is not None:
            del given["status"]
            if not self._typed_probability(given):
                del given["probability"]
        elif not given["status"]:
            given["status"] = DealStatus.OPEN
        return given

    def _typed_probability(self, given: dict[str, Any]) -> bool:
        if given["probability"] is None:
            return False
        same_stage = getattr(self.record, "stage_id", None) == given["stage"].pk
        return same_stage or bool(given["probability"] != getattr(self.record, "probability", None))
