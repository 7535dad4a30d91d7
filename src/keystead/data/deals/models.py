"""Products, stages, deals and orders: the revenue facts."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Account
from keystead.data.deals.kept import marks_accounts, marks_all
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
from keystead.data.workspace.models import Member


@tracked()
class Product(Tenant):
    """A product, or a product line when others name it as their parent."""

    external_id = external_id()
    name = models.CharField(_("name"), max_length=300)
    parent = models.ForeignKey(
        "self", verbose_name=_("product line"), null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    list_price = money_amount(verbose_name=_("list price"), null=True, blank=True)
    list_price_currency = currency_code(blank=True)

    class Meta:
        constraints = [
            unique_external_id("product"),
            models.CheckConstraint(
                condition=models.Q(list_price__isnull=True) | ~models.Q(list_price_currency=""), name="list_price_has_currency"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "name", "id"], name="product_by_name")]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.name


class DealStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


@tracked()
class Stage(Tenant):
    """A step of the workspace's pipeline, with what it says about a deal in it."""

    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(_("status"), max_length=4, choices=DealStatus, default=DealStatus.OPEN)
    probability = models.PositiveSmallIntegerField(_("probability"), default=50)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="stage_name_once"),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="stage_probability_to_100"),
        ]
        ordering = ["position", "name"]
        triggers = [touched(), *marks_all("probability")]

    def __str__(self) -> str:
        return self.name


class Unlinked(models.TextChoices):
    """Why a deal or an order counts in no plan. Set by domain.plans.linking."""

    NO_ACCOUNT = "no_account", _("It has no account")
    NO_DATE = "no_date", _("It has no close date")
    NO_PLAN = "no_plan", _("No plan covers its account")
    DATE_OUTSIDE = "date_outside", _("Its date is outside the period of every plan on its account")
    TEAM_KEY = "team_key", _("Its team is not the team of the plan")


# Undo puts the steps back as they were; a step that was taken back is not a step.
_UNLESS_RESTORING = "IF current_setting('keystead.restoring', true) = 'on' THEN RETURN NULL; END IF;"


@tracked(derived=("unlinked_reason",))
class Deal(Tenant):
    """An opportunity, open, won or lost. Its amount may be unknown; then it is null, never zero."""

    external_id = external_id()
    name = models.CharField(_("name"), max_length=300)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", db_index=False
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    owner = models.ForeignKey(
        Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", db_index=False
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    status = models.CharField(_("status"), max_length=4, choices=DealStatus, default=DealStatus.OPEN)
    probability = models.DecimalField(_("probability"), max_digits=5, decimal_places=2, null=True, blank=True)
    amount = money_amount(verbose_name=_("amount"), null=True, blank=True)
    currency = currency_code(verbose_name=_("currency"))
    created_date = models.DateField(_("created"), null=True, blank=True)
    close_date = models.DateField(_("close date"), null=True, blank=True)
    lost_reason = models.CharField(_("lost because"), max_length=300, blank=True)
    team_key = models.CharField(_("team"), max_length=100, blank=True)
    unlinked_reason = models.CharField(max_length=20, choices=Unlinked, blank=True, default="", editable=False)

    class Meta:
        constraints = [
            unique_external_id("deal"),
            models.CheckConstraint(condition=models.Q(probability__range=(0, 100)), name="deal_probability_to_100"),
        ]
        indexes = [
            models.Index(fields=["workspace", "account", "close_date"], name="deal_by_account"),
            models.Index(fields=["workspace", "owner", "close_date"], name="deal_by_owner"),
            models.Index(fields=["workspace", "close_date", "id"], name="deal_by_close_date"),
            models.Index(fields=["workspace", "name", "id"], name="deal_by_name"),
            models.Index(
                fields=["workspace", "currency", "amount", "id"], name="deal_by_amount", condition=models.Q(amount__isnull=False)
            ),
            models.Index(fields=["workspace", "status", "close_date"], name="deal_by_status"),
            models.Index(
                fields=["workspace", "status", "close_date", "account"],
                name="deal_without_amount",
                condition=models.Q(amount__isnull=True),
            ),
            models.Index(
                fields=["workspace", "amount", "id"], name="deal_by_lack_of_amount", condition=models.Q(amount__isnull=True)
            ),
            models.Index(fields=["workspace", "unlinked_reason"], name="deal_unlinked", condition=~models.Q(unlinked_reason="")),
        ]
        triggers = [
            touched("unlinked_reason"),
            *marks_accounts(),
            pgtrigger.Trigger(
                name="stage_noted_on_insert",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="new_values"),
                func=_UNLESS_RESTORING
                + """
                    INSERT INTO keystead_dealstagechange
                      (id, workspace_id, deal_id, from_stage_id, to_stage_id, status, amount, currency, at)
                    SELECT gen_random_uuid(), workspace_id, id, NULL, stage_id, status, amount, currency, now() FROM new_values;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="stage_noted_on_update",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(old="old_values", new="new_values"),
                func=_UNLESS_RESTORING
                + """
                    INSERT INTO keystead_dealstagechange
                      (id, workspace_id, deal_id, from_stage_id, to_stage_id, status, amount, currency, at)
                    SELECT gen_random_uuid(), n.workspace_id, n.id, o.stage_id, n.stage_id, n.status, n.amount, n.currency, now()
                    FROM new_values n JOIN old_values o USING (id)
                    WHERE n.stage_id IS DISTINCT FROM o.stage_id OR n.status <> o.status;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


@kept_when_deleted()
class DealStageChange(models.Model):
    """A deal entered a stage. Written by triggers on Deal, so that bulk updates and raw SQL are noted as well.

    Found by its deal alone: an index for each key would cost an import of deals more than the rows themselves.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    workspace = WorkspaceKey()
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes", db_index=False)
    from_stage = models.ForeignKey(
        Stage, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    to_stage = models.ForeignKey(
        Stage, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    status = models.CharField(max_length=4, choices=DealStatus)
    amount = money_amount(null=True)
    currency = currency_code()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["deal", "at"], name="stage_change_of_deal")]


@tracked(derived=("unlinked_reason",))
class Order(Tenant):
    """An order, an invoice or a scheduled revenue line: which one is its kind."""

    class Kind(models.TextChoices):
        ORDER = "order", _("Order")
        INVOICE = "invoice", _("Invoice")
        SCHEDULED = "scheduled", _("Scheduled revenue")

    external_id = external_id()
    number = models.CharField(_("number"), max_length=100)
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
        db_index=False,
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    amount = money_amount(verbose_name=_("amount"))
    currency = currency_code(verbose_name=_("currency"))
    order_date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.ORDER)
    team_key = models.CharField(_("team"), max_length=100, blank=True)
    unlinked_reason = models.CharField(max_length=20, choices=Unlinked, blank=True, default="", editable=False)

    class Meta:
        constraints = [unique_external_id("order")]
        indexes = [
            models.Index(fields=["workspace", "account", "order_date"], name="order_by_account"),
            models.Index(fields=["workspace", "order_date", "id"], name="order_by_date"),
            models.Index(fields=["workspace", "currency"], name="order_by_currency"),
        ]
        triggers = [touched("unlinked_reason")]

    def __str__(self) -> str:
        return self.number
