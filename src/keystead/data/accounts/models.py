"""Customers and the people there."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keystead.data.deals.kept import marks_summaries
from keystead.data.tenancy import Tenant, external_id, touched, tracked, unique_external_id
from keystead.data.workspace.models import Member


class Segment(models.TextChoices):
    """domain.md 5.2; the first four may be targets."""

    STRATEGIC = "strategic", _("Strategic Customer")
    STEADY = "steady", _("Steady Customer")
    EXPERT = "expert_for_hire", _("Expert For Hire")
    NONE = "no_relationship", _("No Relationship")
    DORMANT = "dormant", _("Dormant")
    NEGATIVE = "negative", _("Negative")

    @property
    def rank(self) -> int:
        return _SEGMENT_RANK[self.value]


_SEGMENT_RANK = {"strategic": 3, "steady": 2, "expert_for_hire": 1, "no_relationship": 0, "dormant": -1, "negative": -2}
TARGET_SEGMENTS = [(s.value, s.label) for s in list(Segment)[:4]]


@tracked(derived=("lineage",))
class Account(Tenant):
    """A customer: a company or a part of one. `lineage` holds the ids from the top of its tree down to itself."""

    external_id = external_id()
    name = models.CharField(_("name"), max_length=300)
    parent = models.ForeignKey(
        "self", verbose_name=_("parent account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    lineage = ArrayField(models.UUIDField(), default=list, editable=False)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    website = models.CharField(_("website"), max_length=300, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=100, blank=True)
    segment_current = models.CharField(_("current segment"), max_length=20, choices=Segment, blank=True)
    segment_target = models.CharField(_("target segment"), max_length=20, choices=TARGET_SEGMENTS, blank=True)
    owner = models.ForeignKey(
        Member, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts"
    )
    former = models.BooleanField(_("former customer"), default=False)
    is_key = models.BooleanField(_("key account"), default=False)

    class Meta:
        constraints = [
            unique_external_id("account"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="account_not_its_own_parent"),
        ]
        indexes = [
            models.Index(fields=["workspace", "name", "id"], name="account_by_name"),
            models.Index("workspace", Lower("name"), "id", name="account_by_lower_name"),  # the order of the list
            models.Index(fields=["workspace", "owner"], name="account_by_owner"),
            models.Index(fields=["workspace", "industry"], name="account_by_industry"),
            models.Index(fields=["workspace", "country"], name="account_by_country"),
            models.Index(fields=["workspace", "employees", "id"], name="account_by_employees"),
            # The largest first, as lists have it: those of which nothing is known come last.
            models.Index("workspace", F("employees").desc(nulls_last=True), "id", name="account_by_most_employees"),
            GinIndex(fields=["lineage"], name="account_by_lineage"),
        ]
        triggers = [
            touched("lineage"),
            *marks_summaries(
                "parent_id", "lineage", "segment_current", "segment_target", "name", "industry", "country", "owner_id", "is_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class AccountTeamMember(Tenant):
    """A colleague who works on the account beside its owner."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="team_members")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="team_accounts")
    function = models.CharField(_("function"), max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account", "member"], name="account_team_once")]


@tracked()
class Contact(Tenant):
    """A person at a customer."""

    external_id = external_id()
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    reports_to = models.ForeignKey(
        "self", verbose_name=_("reports to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )

    class Meta:
        constraints = [unique_external_id("contact")]
        indexes = [
            models.Index(fields=["workspace", "last_name", "first_name", "id"], name="contact_by_name"),
            models.Index(fields=["workspace", "account"], name="contact_by_account"),
        ]
        triggers = [touched()]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email
