"""The forms of a plan and its items. They parse; the domain decides."""

from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS
from keystead.data.accounts.models import Contact
from keystead.data.plans.items import Action, Measure, Objective, ObjectiveStatus, SwotItem
from keystead.data.plans.models import Plan, PlanType, RevenueSource, ReviewFrequency
from keystead.data.workspace.models import Member, RatePolicy
from keystead.domain.accounts.tree import subtree
from keystead.domain.plans.editing import default_period
from keystead.web.plans.words import POLICY_SENTENCES
from keystead.web.workspace.forms import currencies
from keystead.web.workspace.people import PersonField, by_name
from keystead.web.workspace.writing import RecordForm


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    given: dict[str, Any] = {"required": False, "max_digits": 20, "decimal_places": 4, "localize": True}
    field = forms.DecimalField(label=label, **(given | options))
    field.widget.attrs["inputmode"] = "decimal"
    return field


def _text(label: Any, most: int = 4000) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": 2}))


def _member(label: Any) -> PersonField:
    return PersonField(label=label, required=False, empty_label=_("nobody"))


def _policies() -> list[tuple[str, Any]]:
    """Each policy with the sentence that says what it means for the figures."""
    text = "<span><b>{}</b><span class='field-help block'>{}</span></span>"
    return [(policy.value, format_html(text, capfirst(policy.label), POLICY_SENTENCES[policy])) for policy in RatePolicy]


def choose_people(form: forms.Form, viewer: Member, *names: str) -> None:
    """Active colleagues by name, and whoever holds the post already."""
    for name in names:
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = by_name(Member.objects.visible_to(viewer).filter(is_active=True))


class PlanForm(RecordForm):
    amounts = ("target",)

    name = forms.CharField(label=_("Name"), max_length=300, required=False)
    type = forms.ChoiceField(label=_("Type"), choices=PlanType.choices)
    owner = _member(_("Owner"))
    start_date = _day(_("From"), required=True)
    end_date = _day(_("To, included"), required=True)
    target = _amount(_("Target"), min_value=0)
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    revenue_source = forms.ChoiceField(
        label=_("Revenue comes from"),
        choices=RevenueSource.choices,
        help_text=_("What counts as won. Open deals are the pipeline in every case."),
    )
    includes_descendants = forms.BooleanField(label=_("Covers the accounts below as well"), required=False)
    counts_list_price = forms.BooleanField(
        label=_("Open deals without an amount count with the list price of their product"), required=False
    )
    team_key = forms.CharField(
        label=_("Team"),
        max_length=100,
        required=False,
        help_text=_(
            "Only revenue of this team counts. Empty: revenue of every team. Two plans may overlap only for different teams."
        ),
    )
    rate_policy = forms.ChoiceField(label=_("Exchange rates"), choices=_policies, widget=forms.RadioSelect)
    review_frequency = forms.ChoiceField(label=_("Reviews"), choices=ReviewFrequency.choices)
    summary = _text(_("Summary"))

    def __init__(self, data: Any = None, *, viewer: Member, today: date, record: Plan | None = None) -> None:
        period = default_period(viewer.workspace, today)
        initial = (
            {}
            if record
            else {
                "start_date": period.start,
                "end_date": period.end,
                "currency": viewer.workspace.currency,
                "owner": viewer.pk,
                "rate_policy": viewer.workspace.rate_policy,
                "type": PlanType.KEY_ACCOUNT,
                "revenue_source": RevenueSource.WON_DEALS,
                "review_frequency": ReviewFrequency.QUARTERLY,
            }
        )
        super().__init__(data, record=record, initial=initial)
        choose_people(self, viewer, "owner")
        self.fields["team_key"].widget.attrs["list"] = "teams"
        self.fields["name"].required = record is not None


class ObjectiveForm(RecordForm):
    title = forms.CharField(label=_("Objective"), max_length=300, help_text=_("A verb, what changes, and for whom."))
    description = _text(_("Description"))
    category = forms.ChoiceField(label=_("Category"), choices=Objective.Category.choices)
    horizon = forms.ChoiceField(label=_("Horizon"), choices=Objective.Horizon.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=Objective.Kind.choices)
    owner = _member(_("Owner"))
    stakeholder = forms.ModelChoiceField(
        Contact._base_manager.none(), label=_("With whom at the customer"), required=False, empty_label=_("nobody yet")
    )
    start_date = _day(_("Start"))
    target_date = _day(_("Due"))
    status = forms.ChoiceField(label=_("Status"), choices=ObjectiveStatus.choices)
    approach = _text(_("Approach"))
    outcome = _text(_("Outcome"))
    owner_comment = _text(_("Owner's review"))
    manager_comment = _text(_("Manager's review"))

    def __init__(
        self, data: Any = None, *, viewer: Member, plan: Plan, may_review: bool, record: Objective | None = None
    ) -> None:
        initial = (
            {}
            if record
            else {
                "owner": viewer.pk,
                "start_date": plan.start_date,
                "target_date": plan.end_date,
                "status": ObjectiveStatus.ACTIVE,
                "horizon": Objective.Horizon.CURRENT,
                "kind": Objective.Kind.QUANTITATIVE,
                "category": Objective.Category.REVENUE,
            }
        )
        super().__init__(data, record=record, initial=initial)
        choose_people(self, viewer, "owner")
        contacts = self.fields["stakeholder"]
        assert isinstance(contacts, forms.ModelChoiceField)
        near = Contact.objects.visible_to(viewer).filter(account__in=subtree(plan.account_id))
        contacts.queryset = near.order_by("last_name", "first_name")
        if not may_review:
            del self.fields["manager_comment"]


class MeasureForm(RecordForm):
    name = forms.CharField(
        label=_("Measure"), max_length=200, help_text=_("What is counted: plants supplied, NPS, share of wallet.")
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Measure.Unit.choices)
    source = forms.ChoiceField(label=_("Its current value is"), choices=Measure.Source.choices)
    kpi = forms.ChoiceField(
        label=_("Which figure"), required=False, choices=lambda: [("", "—"), *((kpi.id, kpi.name) for kpi in KPIS.values())]
    )
    baseline = _amount(_("Baseline"), help_text=_("Where it stands at the start."))
    target = _amount(_("Target value"), help_text=_("Below the baseline when it is to go down."))
    tolerance = _amount(_("Tolerance"), max_digits=6, decimal_places=3, min_value=0, max_value=1)

    def __init__(self, data: Any = None, *, record: Measure | None = None, prefix: str | None = None) -> None:
        initial = {} if record else {"unit": Measure.Unit.NUMBER, "source": Measure.Source.MANUAL}
        super().__init__(data, record=record, initial=initial, prefix=prefix)
        self.fields["tolerance"].help_text = _(
            "How far below the pace is still on course, as a share: 0.1 is a tenth of the way."
        )
        if prefix:  # beside a new objective: a measure is made when it has a name
            self.fields["name"].required = False
            self.fields["unit"].required = self.fields["source"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("source") == Measure.Source.KPI and not values.get("kpi"):
            self.add_error("kpi", _("Choose the figure that it follows."))
        if values.get("source") != Measure.Source.KPI:
            values["kpi"] = ""
        return values


class ReadingForm(forms.Form):
    date = _day(_("Day"), required=True)
    value = _amount(_("Value"), required=True)


class ActionForm(RecordForm):
    amounts = ("cost",)

    title = forms.CharField(label=_("Action"), max_length=300)
    objective = forms.ModelChoiceField(
        Objective._base_manager.none(), label=_("For the objective"), required=False, empty_label=_("no objective")
    )
    owner = _member(_("Owner"))
    start_date = _day(_("Start"))
    due_date = _day(_("Due"))
    status = forms.ChoiceField(label=_("Status"), choices=Action.Status.choices)
    percent_done = forms.IntegerField(label=_("Done, %"), min_value=0, max_value=100)
    expected_outcome = _text(_("Expected outcome"), 2000)
    success_criterion = _text(_("How we know that it worked"), 2000)
    effort_hours = _amount(_("Effort, hours"), max_digits=8, decimal_places=2, min_value=0)
    cost = _amount(_("Cost"), min_value=0)
    is_milestone = forms.BooleanField(label=_("A milestone: a day, not a piece of work"), required=False)

    def __init__(self, data: Any = None, *, viewer: Member, plan: Plan, record: Action | None = None, **given: Any) -> None:
        self.amounts_in = plan.currency
        initial = {} if record else {"owner": viewer.pk, "status": Action.Status.TODO, "percent_done": 0} | given
        super().__init__(data, record=record, initial=initial)
        choose_people(self, viewer, "owner")
        objectives = self.fields["objective"]
        assert isinstance(objectives, forms.ModelChoiceField)
        objectives.queryset = Objective.objects.filter(plan=plan).order_by("rank")
        self.fields["cost"].help_text = plan.currency


class QuickActionForm(forms.Form):
    """One line at the top of the list: enough to hold a thought; the rest is filled in later."""

    title = forms.CharField(label=_("Action"), max_length=300)
    owner = _member(_("Owner"))
    due_date = _day(_("Due"))

    def __init__(self, data: Any = None, *, viewer: Member) -> None:
        super().__init__(data, initial={"owner": viewer.pk})
        choose_people(self, viewer, "owner")


class StatusForm(forms.Form):
    """A status, and the share done when it goes back to what it was."""

    status = forms.ChoiceField(choices=Action.Status.choices)
    percent_done = forms.IntegerField(min_value=0, max_value=100, required=False)


class SwotForm(RecordForm):
    text = forms.CharField(label=_("Text"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    quadrant = forms.ChoiceField(label=_("Quadrant"), choices=SwotItem.Quadrant.choices)
    lens = forms.ChoiceField(label=_("Seen as"), choices=SwotItem.Lens.choices)
    competitor = forms.CharField(label=_("Competitor"), max_length=200, required=False)
    importance = forms.TypedChoiceField(label=_("Importance"), coerce=int, choices=[(n, n) for n in range(5, 0, -1)])
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    date = _day(_("Noted on"))
    owner = _member(_("Owner"))

    def __init__(self, data: Any = None, *, viewer: Member, record: SwotItem | None = None) -> None:
        super().__init__(data, record=record)
        choose_people(self, viewer, "owner")


class QuickSwotForm(forms.Form):
    text = forms.CharField(label=_("Text"), max_length=1000)
    quadrant = forms.ChoiceField(choices=SwotItem.Quadrant.choices)
    lens = forms.ChoiceField(choices=SwotItem.Lens.choices)
    competitor = forms.CharField(label=_("Competitor"), max_length=200, required=False)
    importance = forms.TypedChoiceField(coerce=int, choices=[(n, n) for n in range(1, 6)], required=False, empty_value="3")


class CommentForm(forms.Form):
    comment = _text(_("Comment"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
