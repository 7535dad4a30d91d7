"""Views of lists that people keep: columns, order, groups and filters under a name, for oneself or for the workspace."""

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keystead.data.tenancy import ScopedManager, Tenant, WorkspaceKey, touched, tracked
from keystead.data.workspace.models import Member


@tracked()
class SavedView(Tenant):
    """A list's state under a name. `query` is the address's own words; `is_shared`: everybody in the workspace finds it."""

    owner = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="saved_views")
    list = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(max_length=4000, blank=True)
    is_shared = models.BooleanField(_("shared with the workspace"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", "owner", "list", Lower("name"), name="view_name_once_each"),
        ]
        indexes = [models.Index(fields=["workspace", "list"], name="view_by_list")]
        triggers = [touched()]

    def __str__(self) -> str:
        return self.name


class DefaultView(Tenant):
    """The view with which a list opens for one member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    list = models.CharField(max_length=20)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "member", "list"], name="default_view_once")]


class ViewUse(models.Model):
    """How often a member opened a view: the ones used most stand first beside the navigation. Shown to nobody else."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey()
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")
    uses = models.PositiveIntegerField(default=1)
    used_at = models.DateTimeField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "view"], name="view_use_once")]
