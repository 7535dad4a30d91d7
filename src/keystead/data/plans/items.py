"""What stands in an account plan: objectives with measures and their readings, actions, SWOT items."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Contact
from keystead.data.plans.models import Plan
from keystead.data.tenancy import Tenant, money_amount, touched, tracked
from keystead.data.workspace.models import Member


class ObjectiveStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    ACHIEVED = "achieved", _("Achieved")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("Dropped")


@tracked()
class Objective(Tenant):
    """What the plan wants to have changed by a date (features A6)."""

    class Category(models.TextChoices):
        REVENUE = "revenue", _("Revenue")
        RELATIONSHIP = "relationship", _("Relationship")
        CUSTOMER_SUCCESS = "customer_success", _("Customer success")
        INTERNAL = "internal", _("Internal")

    class Horizon(models.TextChoices):
        CURRENT = "current", _("Current")
        FUTURE = "future", _("Future")

    class Kind(models.TextChoices):
        QUANTITATIVE = "quantitative", _("Quantitative")
        QUALITATIVE = "qualitative", _("Qualitative")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="objectives")
    title = models.CharField(_("objective"), max_length=300)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    category = models.CharField(_("category"), max_length=20, choices=Category, default=Category.REVENUE)
    horizon = models.CharField(_("horizon"), max_length=8, choices=Horizon, default=Horizon.CURRENT)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.QUANTITATIVE)
    rank = models.PositiveSmallIntegerField(_("rank"))
    owner = models.ForeignKey(Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    stakeholder = models.ForeignKey(
        Contact, verbose_name=_("customer contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    start_date = models.DateField(_("start"), null=True, blank=True)
    target_date = models.DateField(_("due"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=ObjectiveStatus, default=ObjectiveStatus.ACTIVE)
    approach = models.TextField(_("approach"), blank=True, max_length=4000)
    outcome = models.TextField(_("outcome"), blank=True, max_length=4000)
    owner_comment = models.TextField(_("owner's review"), blank=True, max_length=4000)
    manager_comment = models.TextField(_("manager's review"), blank=True, max_length=4000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "plan", "rank"], name="objective_rank_once", deferrable=models.Deferrable.DEFERRED
            )
        ]
        ordering = ["rank"]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.title


@tracked()
class Measure(Tenant):
    """How an objective is measured (features A8). The current value is the latest reading, or a KPI of the plan."""

    class Unit(models.TextChoices):
        CURRENCY = "currency", _("Money")
        NUMBER = "number", _("Number")
        PERCENT = "percent", _("Percent")
        YES_NO = "yes_no", _("Yes or no")

    class Source(models.TextChoices):
        MANUAL = "manual", _("entered by hand")
        KPI = "kpi", _("a figure of the plan")

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="measures")
    name = models.CharField(_("measure"), max_length=200)
    unit = models.CharField(_("unit"), max_length=8, choices=Unit, default=Unit.NUMBER)
    baseline = money_amount(verbose_name=_("baseline"), null=True, blank=True)
    target = money_amount(verbose_name=_("target value"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=6, choices=Source, default=Source.MANUAL)
    kpi = models.CharField(_("figure"), max_length=30, blank=True)
    tolerance = models.DecimalField(_("tolerance"), max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        triggers = [touched()]

    def __str__(self) -> str:
        return self.name


@tracked()
class MeasureReading(Tenant):
    """A measure's value on a day."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="readings")
    date = models.DateField(_("date"))
    value = money_amount(verbose_name=_("value"))
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "measure", "date"], name="reading_once_a_day")]
        ordering = ["-date"]
        triggers = [touched()]


@tracked()
class Action(Tenant):
    """Something to be done for the plan, by someone, by a day, with an expected outcome (features A9, first form)."""

    class Status(models.TextChoices):
        TODO = "todo", _("To do")
        DOING = "doing", _("In progress")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    OPEN = (Status.TODO, Status.DOING)  # those that still wait for somebody

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="actions")
    objective = models.ForeignKey(
        Objective, verbose_name=_("objective"), null=True, blank=True, on_delete=models.SET_NULL, related_name="actions"
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    title = models.CharField(_("action"), max_length=300)
    owner = models.ForeignKey(
        Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="actions"
    )
    start_date = models.DateField(_("start"), null=True, blank=True)
    due_date = models.DateField(_("due"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.TODO)
    percent_done = models.PositiveSmallIntegerField(_("done"), default=0)
    expected_outcome = models.TextField(_("expected outcome"), blank=True, max_length=2000)
    success_criterion = models.TextField(_("success criterion"), blank=True, max_length=2000)
    effort_hours = models.DecimalField(_("effort, hours"), max_digits=8, decimal_places=2, null=True, blank=True)
    cost = money_amount(verbose_name=_("cost"), null=True, blank=True)
    is_milestone = models.BooleanField(_("milestone"), default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(percent_done__lte=100), name="action_percent_to_100")]
        indexes = [
            models.Index(fields=["workspace", "plan", "due_date"], name="action_by_plan"),
            models.Index(fields=["workspace", "owner", "due_date"], name="action_by_owner"),
        ]
        ordering = ["due_date", "created_at"]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.title


@tracked()
class SwotItem(Tenant):
    """One strength, weakness, opportunity or threat, seen through one lens (features A4)."""

    class Quadrant(models.TextChoices):
        STRENGTH = "strength", _("Strength")
        WEAKNESS = "weakness", _("Weakness")
        OPPORTUNITY = "opportunity", _("Opportunity")
        THREAT = "threat", _("Threat")

    class Lens(models.TextChoices):
        RELATIONSHIP = "relationship", _("Our relationship")
        CLIENT = "client", _("The customer in its market")
        COMPETITOR = "competitor", _("A competitor")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="swot_items")
    quadrant = models.CharField(_("quadrant"), max_length=11, choices=Quadrant)
    lens = models.CharField(_("lens"), max_length=12, choices=Lens, default=Lens.RELATIONSHIP)
    competitor = models.CharField(_("competitor"), max_length=200, blank=True)
    text = models.CharField(_("text"), max_length=1000)
    importance = models.PositiveSmallIntegerField(_("importance"), default=3)
    source = models.CharField(_("source"), max_length=300, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    owner = models.ForeignKey(Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    became_objective = models.ForeignKey(Objective, null=True, blank=True, on_delete=models.SET_NULL, related_name="from_swot")
    became_action = models.ForeignKey(Action, null=True, blank=True, on_delete=models.SET_NULL, related_name="from_swot")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(importance__range=(1, 5)), name="swot_importance_1_to_5")]
        ordering = ["-importance", "created_at"]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.text
