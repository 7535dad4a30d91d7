"""The keys that records had in a source system before they were merged: files and programs go on naming them."""

from django.db import models

from keystead.data.accounts.models import Account, Contact
from keystead.data.tenancy import Tenant, tracked


@tracked()
class AccountKey(Tenant):
    """`key` was the external id of an account that is part of `record` now. Where an account has it itself, that one is meant."""

    key = models.CharField(max_length=200)
    record = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="merged_keys")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="account_key_once")]


@tracked()
class ContactKey(Tenant):
    """The same of contacts."""

    key = models.CharField(max_length=200)
    record = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merged_keys")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="contact_key_once")]
