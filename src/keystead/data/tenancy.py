"""What every tenant row shares: its workspace, its key, its version, and the manager that refuses to work without a scope."""

from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Now

from keystead.base.ids import uuid7
from keystead.base.scope import current_workspace


class ScopedQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of the open workspace."""

    def visible_to(self, viewer: Any) -> Self:
        """The rows the viewer may read, by the permission table: the only way to an object in a page, the API or a job."""
        from keystead.data.permissions import visible  # the table knows every model, so it is loaded late

        return visible(self, viewer)


class ScopedManager[M: models.Model](models.Manager[M]):
    """Raises `NoWorkspaceOpen` when no workspace is open; otherwise filters by it."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        rows: ScopedQuerySet[M] = ScopedQuerySet(self.model, using=self._db)
        return rows.filter(workspace_id=current_workspace())

    def visible_to(self, viewer: Any) -> ScopedQuerySet[M]:
        return self.get_queryset().visible_to(viewer)


def touched(*derived: str) -> pgtrigger.Trigger:
    """Bumps `version` and `updated_at` on every change that is not only in the derived columns, whoever makes it.

    The version is what a writer must show to change a row (ETag, stale-form check).
    """
    return pgtrigger.Trigger(
        name="touched",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW;",
        condition=pgtrigger.AnyChange(exclude=["version", "updated_at", *derived]),
    )


class WorkspaceKey(models.ForeignKey[Any, Any]):
    """The key to the tenant: filled from the open scope. Migrations run outside any scope, so they never see that default."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {"to": "keystead.Workspace", "on_delete": models.CASCADE, "related_name": "+"}
        given |= {"editable": False, "db_index": False}
        super().__init__(**(given | kwargs | {"default": current_workspace}))

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["default"]
        return name, "django.db.models.ForeignKey", args, kwargs


def tracked(*, derived: tuple[str, ...] = ()) -> Any:
    """Class decorator: triggers keep every insert, change and deletion in `<Model>Event`, with who and by which way."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["version", "updated_at", *derived]
    )


def kept_when_deleted(*, and_when_made: bool = False) -> Any:
    """Class decorator for what is written once and goes only with what it hangs on: deletions are kept, to be undone."""
    events = [pghistory.InsertEvent(), pghistory.DeleteEvent()] if and_when_made else [pghistory.DeleteEvent()]
    return pghistory.track(*events)


class Tenant(models.Model):
    """A row that belongs to one workspace."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = WorkspaceKey()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(db_default=1, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True


def external_id() -> models.CharField:
    """The source system's key: unique per kind within a workspace when it is there."""
    return models.CharField(max_length=200, null=True, blank=True)


def unique_external_id(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["workspace", "external_id"], name=f"{name}_external_id_once")


def money_amount(**kwargs: Any) -> models.DecimalField:
    """An amount of money; its currency and its date stand in columns beside it (decisions.md, 5)."""
    return models.DecimalField(max_digits=20, decimal_places=4, **kwargs)


def currency_code(**kwargs: Any) -> models.CharField:
    return models.CharField(max_length=3, **kwargs)
