"""Account plans: the header, its approval, links to revenue, frozen rates, daily snapshots. What stands in a plan: items.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Account
from keystead.data.deals.kept import marks_summaries
from keystead.data.deals.models import Deal, Order
from keystead.data.tenancy import (
    Tenant,
    WorkspaceKey,
    currency_code,
    external_id,
    kept_when_deleted,
    money_amount,
    touched,
    tracked,
    unique_external_id,
)
from keystead.data.workspace.models import Member, RatePolicy


class PlanType(models.TextChoices):
    STRATEGIC = "strategic", _("Strategic plan")
    SALES = "sales", _("Sales plan")
    CUSTOMER_SUCCESS = "customer_success", _("Customer success plan")
    ACCOUNT_MANAGEMENT = "account_management", _("Account management plan")
    KEY_ACCOUNT = "key_account", _("Key account plan")
    ACCOUNT_DEVELOPMENT = "account_development", _("Account development plan")
    BUSINESS = "business", _("Business plan")
    ONE_PAGE = "one_page", _("One-page plan")
    RAMP_UP = "ramp_up", _("30-60-90 plan")


class RevenueSource(models.TextChoices):
    WON_DEALS = "won_deals", _("Won deals")
    SCHEDULED = "scheduled", _("Scheduled revenue")
    INVOICES = "invoices", _("Invoices")
    ORDERS = "orders", _("Orders")


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    ARCHIVED = "archived", _("Archived")


class ReviewFrequency(models.TextChoices):
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Every six months")
    YEARLY = "yearly", _("Yearly")


@tracked()
class Plan(Tenant):
    """A plan for an account, or for its whole subtree, over a period (both days inclusive), in one currency."""

    external_id = external_id()
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="plans", db_index=False
    )
    name = models.CharField(_("name"), max_length=300)
    type = models.CharField(_("type"), max_length=20, choices=PlanType, default=PlanType.KEY_ACCOUNT)
    start_date = models.DateField(_("from"))
    end_date = models.DateField(_("to"))
    currency = currency_code(verbose_name=_("currency"))
    target = money_amount(verbose_name=_("target"), null=True, blank=True)
    owner = models.ForeignKey(
        Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="plans"
    )
    revenue_source = models.CharField(_("revenue source"), max_length=10, choices=RevenueSource, default=RevenueSource.WON_DEALS)
    team_key = models.CharField(_("team"), max_length=100, blank=True)
    includes_descendants = models.BooleanField(_("covers the accounts below"), default=False)
    counts_list_price = models.BooleanField(_("open deals without an amount count with the list price"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT)
    rate_policy = models.CharField(_("rate policy"), max_length=20, choices=RatePolicy, default=RatePolicy.TRANSACTION_DATE)
    review_frequency = models.CharField(
        _("review frequency"), max_length=12, choices=ReviewFrequency, default=ReviewFrequency.QUARTERLY
    )
    prepared_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    prepared_date = models.DateField(_("prepared on"), null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True, max_length=4000)

    class Meta:
        constraints = [
            unique_external_id("plan"),
            models.CheckConstraint(condition=models.Q(end_date__gte=models.F("start_date")), name="plan_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["workspace", "account", "start_date"], name="plan_by_account"),
            models.Index(fields=["workspace", "start_date", "end_date"], name="plan_by_period"),
        ]
        triggers = [
            touched(),
            *marks_summaries("account_id", "start_date", "end_date", "currency", "target", "includes_descendants", "status"),
        ]

    def __str__(self) -> str:
        return self.name


@kept_when_deleted(and_when_made=True)
class PlanApproval(Tenant):
    """A plan was submitted, approved, rejected or recalled: by whom, when, with which words."""

    class Verb(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        RECALLED = "recalled", _("recalled")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="approvals")
    verb = models.CharField(max_length=10, choices=Verb)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    comment = models.TextField(blank=True, max_length=4000)


@kept_when_deleted()
class PlanRate(Tenant):
    """An exchange rate frozen for a plan when it was approved."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="frozen_rates")
    base = currency_code()
    quote = currency_code()
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    rate_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "plan", "base", "quote"], name="plan_rate_once")]


class RevenueLink(models.Model):
    """A deal or an order counts in a plan. Derived: domain.plans.linking rewrites it in sets, nothing else does."""

    class Via(models.TextChoices):
        ACCOUNT = "account", _("same account")
        DESCENDANT = "descendant", _("account below the plan's account")

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="links", db_index=False)
    deal = models.ForeignKey(Deal, null=True, on_delete=models.CASCADE, related_name="links", db_index=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="links", db_index=False)
    via = models.CharField(max_length=10, choices=Via)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "deal"], name="deal_counts_once_in_a_plan"),
            models.UniqueConstraint(fields=["plan", "order"], name="order_counts_once_in_a_plan"),
            models.CheckConstraint(
                condition=models.Q(deal__isnull=False, order__isnull=True) | models.Q(deal__isnull=True, order__isnull=False),
                name="link_is_to_one_row",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "plan"], name="link_by_plan"),
            models.Index(fields=["deal"], name="link_by_deal"),
            models.Index(fields=["order"], name="link_by_order"),
        ]


@kept_when_deleted()
class PlanSnapshot(models.Model):
    """A plan's figures at the end of a day, in the plan's currency: kept from the first day, as the past cannot be had later."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    date = models.DateField()
    currency = currency_code()
    target = money_amount(null=True)
    won = money_amount()
    pipeline = money_amount()
    weighted_pipeline = money_amount()
    missing_rates = models.PositiveIntegerField(default=0)
    deals = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "plan", "date"], name="plan_snapshot_once_a_day")]
