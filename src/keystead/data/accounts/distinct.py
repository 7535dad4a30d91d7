"""Pairs that look like duplicates and are none: somebody has said so, and is not asked again."""

from django.db import models

from keystead.data.accounts.models import Account, Contact
from keystead.data.tenancy import Tenant, tracked


@tracked()
class DistinctAccounts(Tenant):
    """Two customers. `first` has the smaller key, so that a pair is there once."""

    first = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="distinct_accounts_once")]


@tracked()
class DistinctContacts(Tenant):
    """Two people. `first` has the smaller key, so that a pair is there once."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="distinct_contacts_once")]
