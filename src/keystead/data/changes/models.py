"""What was taken back. What was written is in the event tables, under the id of the request that wrote it."""

from django.db import models

from keystead.data.tenancy import Tenant
from keystead.data.workspace.models import Member


class UndoneChange(Tenant):
    """A change was undone: by whom and when. Its `id` is the id of the undoing change, which can be undone as well (redo)."""

    undid = models.UUIDField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "undid"], name="change_undone_once")]
