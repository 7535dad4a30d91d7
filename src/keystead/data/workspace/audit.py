"""The audit log: who did what to whose rights and keys, from where, when. Rows are added and never change."""

from django.db import models

from keystead.data.tenancy import Tenant, WorkspaceKey


class AuditEvent(Tenant):
    """One entry. The database fills in number, moment, actor, origin and the two hashes as the row is inserted.

    `hash` covers the entry and the hash of the one before it, so an entry that is changed, left out or put in between shows. No
    login of the product may change or delete entries, and the row outlives member, user and workspace: its keys point nowhere.
    """

    workspace = WorkspaceKey(on_delete=models.DO_NOTHING, db_constraint=False)
    number = models.BigIntegerField(default=0, editable=False)
    kind = models.CharField(max_length=40)
    member_id = models.UUIDField(null=True, editable=False)
    user_id = models.BigIntegerField(null=True, editable=False)
    actor = models.CharField(max_length=200, blank=True, editable=False)
    via = models.CharField(max_length=20, blank=True, editable=False)
    ip = models.CharField(max_length=45, blank=True, editable=False)
    agent = models.CharField(max_length=200, blank=True, editable=False)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="audit_number_once")]
        indexes = [models.Index(fields=["workspace", "kind", "number"], name="audit_by_kind")]
