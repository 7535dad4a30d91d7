"""Imports: the file, its mapping, its staged rows, and what it changed (so that it can be undone)."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keystead.data.tenancy import ScopedManager, Tenant, WorkspaceKey, touched
from keystead.data.workspace.models import Member


class ImportState(models.TextChoices):
    RECEIVED = "received", _("Received")
    READING = "reading", pgettext_lazy("state of an import", "Reading")
    PREVIEWED = "previewed", _("Ready to commit")
    COMMITTING = "committing", _("Committing")
    COMMITTED = "committed", _("Committed")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Failed")


class ImportKind(models.TextChoices):
    ACCOUNTS = "accounts", _("Accounts")
    CONTACTS = "contacts", _("Contacts")
    PRODUCTS = "products", _("Products")
    DEALS = "deals", _("Deals")
    ORDERS = "orders", _("Orders, invoices and schedules")
    MEMBERS = "members", _("Members")
    RATES = "rates", _("Exchange rates")


class Import(Tenant):
    """One uploaded file on its way in, and the record of what it did."""

    kind = models.CharField(_("kind"), max_length=10, choices=ImportKind)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.RECEIVED)
    file = models.FileField(upload_to="imports/", max_length=300)
    filename = models.CharField(_("file"), max_length=300)
    options = models.JSONField(default=dict)  # what the person or client asked for, as in docs/reference/api.md
    # What was detected: encoding, delimiter, sheets, header row, date and number formats; and the keys that were asked.
    format = models.JSONField(default=dict)
    columns = models.JSONField(default=list)  # [{name, examples, distinct, guess, confidence, why}]
    mapping = models.JSONField(default=dict)  # {column: field}, as used
    offers = models.JSONField(default=dict)  # what must be decided: unknown accounts, stages, values, with suggestions
    counts = models.JSONField(default=dict)  # {create, update, unchanged, error}
    progress = models.PositiveSmallIntegerField(default=0)
    failure = models.JSONField(null=True)  # {code, params} when the state is failed
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)  # somebody wants the step that is being done rolled back
    purged_at = models.DateTimeField(null=True)  # when its rows and its file were forgotten; it cannot be undone any more

    class Meta:
        indexes = [models.Index(fields=["workspace", "created_at"], name="import_by_time")]
        triggers = [touched("progress")]

    def __str__(self) -> str:
        return self.filename

    @property
    def writes(self) -> int:
        """How many rows its commit creates or changes, or has."""
        return int(self.counts.get("create", 0)) + int(self.counts.get("update", 0))

    @property
    def standing(self) -> str:
        """Its state in words. A file that was read and holds nothing to write is not ready for anything, and one with rows that
        are rejected not quite."""
        if self.state == ImportState.PREVIEWED and not self.writes:
            return str(_("Nothing to write"))
        if self.state == ImportState.PREVIEWED and self.counts.get("error"):
            return str(_("Ready but for rejected rows"))
        return str(ImportState(self.state).label)


class ImportRow(models.Model):
    """A row of the file, staged by COPY: as read, as parsed, matched, and what would happen to it."""

    class Verdict(models.TextChoices):
        CREATE = "create", _("will be created")
        UPDATE = "update", _("will be updated")
        UNCHANGED = "unchanged", _("stays as it is")
        ERROR = "error", _("is rejected")

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey(db_constraint=False)
    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField()  # 1-based row of the file
    raw = models.JSONField()  # [text, …] in the file's column order
    values = models.JSONField(null=True)  # {field: parsed value}, references as {field}_id beside the text that named them
    key = models.TextField(blank=True, default="")  # what the row is matched by, folded; "" matches nothing
    problems = models.JSONField(null=True)  # [{column, code, params}]
    verdict = models.CharField(max_length=9, choices=Verdict, blank=True)
    target_id = models.UUIDField(null=True)  # the row it matches, or the id the new one will have
    before = models.JSONField(null=True)  # columns that change, as they were
    after = models.JSONField(null=True)  # the same columns, as they become
    applied_version = models.PositiveIntegerField(null=True)  # the row's version after the commit: later edits are seen by it
    undone = models.CharField(max_length=10, blank=True)  # "", "undone", "kept" (edited since)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row"], name="import_row_once")]
        indexes = [
            models.Index(fields=["workspace", "job", "verdict"], name="import_row_by_verdict"),
            models.Index(fields=["target_id"], name="import_row_by_target"),  # which imports have written a record
        ]


class SavedMapping(Tenant):
    """How the columns of a kind of file were mapped last time, found again by the set of its headers."""

    kind = models.CharField(max_length=10, choices=ImportKind)
    headers = models.JSONField()
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    values = models.JSONField(default=dict)
    options = models.JSONField(default=dict)  # formats and keys; `taught`: who taught which value, and when

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "signature"], name="saved_mapping_once")]
        triggers = [touched()]
