"""Workspaces, logins, members, invitations, tokens, exchange rates."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keystead.base.ids import uuid7
from keystead.data.deals.kept import marks_all, marks_summaries
from keystead.data.tenancy import Tenant, currency_code, external_id, touched, tracked, unique_external_id


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A login. Global: the same person may be a member of several workspaces. Holds no rights of its own."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    # Keystead has no use for Django's own permissions: the permission table (domain/workspace/permissions.py) is the only one.
    is_staff = False
    is_superuser = False


class RatePolicy(models.TextChoices):
    PLAN = "plan", _("plan rate, frozen at approval")
    TRANSACTION_DATE = "transaction_date", _("rate of each deal's date")
    CURRENT = "current", _("today's rate")


@tracked()
class Workspace(models.Model):
    """The tenant."""

    class YearNamedBy(models.TextChoices):
        START = "start", _("the year in which it starts")
        END = "end", _("the year in which it ends")

    class Pattern(models.TextChoices):
        MONTHS = "months", _("calendar months")
        P445 = "445", "4-4-5"
        P454 = "454", "4-5-4"
        P544 = "544", "5-4-4"

    class Week53(models.TextChoices):
        LAST = "last", _("last such weekday of the month")
        NEAREST = "nearest", _("nearest such weekday to the end of the month")

    class SecondStep(models.TextChoices):
        NOBODY = "", _("Nobody has to")
        ADMINS = "admins", _("Owners and administrators")
        EVERYBODY = "everybody", _("Everybody")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    currency = currency_code(verbose_name=_("currency"))
    language = models.CharField(_("language"), max_length=10, default="en")
    fiscal_start_month = models.PositiveSmallIntegerField(_("fiscal year starts in month"), default=1)
    fiscal_named_by = models.CharField(_("fiscal year is named by"), max_length=5, choices=YearNamedBy, default=YearNamedBy.END)
    fiscal_pattern = models.CharField(_("periods"), max_length=6, choices=Pattern, default=Pattern.MONTHS)
    fiscal_week_start = models.PositiveSmallIntegerField(_("fiscal week starts on"), default=0)
    fiscal_week53 = models.CharField(_("53rd week"), max_length=7, choices=Week53, default=Week53.LAST)
    rate_policy = models.CharField(_("rate policy"), max_length=20, choices=RatePolicy, default=RatePolicy.TRANSACTION_DATE)
    totals_include_hidden = models.BooleanField(
        _("totals include deals that the reader may not open"),
        default=False,
        help_text=_("Off: hidden deals are left out of totals and counted. On: they are included as one line and counted."),
    )
    second_step = models.CharField(
        _("a second step at sign-in is required of"), max_length=10, choices=SecondStep, blank=True, default=SecondStep.NOBODY
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(db_default=1, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(fiscal_start_month__range=(1, 12)), name="fiscal_month_1_to_12")]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", pgettext_lazy("role", "Owner")
    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Manager")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    CONTRIBUTOR = "contributor", _("Contributor")
    VIEWER = "viewer", _("Viewer")
    GUEST = "guest", _("Guest")


@tracked()
class Member(Tenant):
    """A person in a workspace. Without a user, and so without a login, until invited and accepted."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    external_id = external_id()
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.ACCOUNT_MANAGER)
    manager = models.ForeignKey(
        "self", verbose_name=_("manager"), null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    region = models.CharField(_("region"), max_length=100, blank=True)
    team = models.CharField(_("team"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            unique_external_id("member"),
            models.UniqueConstraint("workspace", Lower("email"), name="member_email_once"),
            models.UniqueConstraint(fields=["workspace", "user"], name="member_user_once"),
        ]
        indexes = [models.Index(fields=["workspace", "name"], name="member_by_name")]
        triggers = [touched(), *marks_summaries("name", "team", "region")]

    def __str__(self) -> str:
        return self.name


class Invitation(Tenant):
    """A letter to a member who has no login yet. Only the token's hash is kept."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "token_hash"], name="invitation_token_once")]
        triggers = [touched()]


def every_scope() -> list[str]:
    return [scope.value for scope in Scope]


class Scope(models.TextChoices):
    """What a token is for. Each includes reading; none goes beyond its member's own rights (data/permissions.py says which)."""

    READ = "read", _("Read")
    WRITE = "write", _("Write: accounts, contacts, deals, orders, plans")
    IMPORT = "import", _("Import files")
    ADMIN = "admin", _("Administer: members, rates, stages, settings, audit log")


class ApiToken(Tenant):
    """One member's key to the API, in one workspace. Only the hash is kept; `hint` is what a person recognises it by."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    token_hash = models.CharField(max_length=64)
    hint = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), default=every_scope)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "token_hash"], name="token_hash_once")]
        triggers = [touched("last_used_at")]


class IdempotentAnswer(Tenant):
    """The answer given to a POST with an Idempotency-Key, to be given again to its repeat."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "member", "key"], name="idempotency_key_once")]


@tracked()
class Rate(Tenant):
    """1 `base` = `rate` `quote` on `date`. Looked up as the latest on or before a day (SQL function keystead_rate_on)."""

    external_id = external_id()
    base = currency_code(verbose_name=_("from currency"))
    quote = currency_code(verbose_name=_("to currency"))
    date = models.DateField(_("date"))
    rate = models.DecimalField(_("rate"), max_digits=24, decimal_places=12)
    source = models.CharField(_("source"), max_length=100, blank=True)

    class Meta:
        constraints = [
            unique_external_id("rate"),
            models.UniqueConstraint(fields=["workspace", "base", "quote", "date"], name="rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_above_zero"),
        ]
        triggers = [touched(), *marks_all("base", "quote", "date", "rate")]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.date}"
