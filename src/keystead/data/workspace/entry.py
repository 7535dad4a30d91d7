"""Who may come in without an invitation: everybody of a domain whom the company's own directory vouches for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keystead.data.tenancy import Tenant, touched
from keystead.data.workspace.models import Role, User


class Voucher(models.TextChoices):
    """Who vouches for an address."""

    ANY = "", _("any of them")
    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML"
    LDAP = "ldap", "LDAP"


class EntryRule(Tenant):
    """People with an address of `domain` whom `voucher` vouches for become members with this role when they first sign in."""

    domain = models.CharField(_("domain"), max_length=200)
    voucher = models.CharField(_("vouched for by"), max_length=10, choices=Voucher, blank=True, default=Voucher.ANY)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "domain"], name="entry_domain_once"),
            models.CheckConstraint(condition=~models.Q(role__in=["owner", "admin"]), name="entry_gives_no_power"),
        ]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.domain


class UnopenedPlace(Tenant):
    """A place that a directory's sign-in gave somebody, who has not opened the workspace since: she may not want to be there.

    It hangs on the login and not on the member, so that a member who is deleted and made again does not lose it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="unopened_place_once")]
