"""What the portfolio keeps: figures per account over a period, and the marks that say which of them are out of date.

Derived rows without history. Triggers write a mark in the transaction that changes a deal, a rate or a stage; whoever reads next
recomputes what is marked (domain.accounts.portfolio_keeping). Marks are only ever inserted, so no writer waits for another.
"""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from keystead.base.ids import uuid7
from keystead.data.tenancy import ScopedManager, WorkspaceKey, currency_code


def _ours() -> WorkspaceKey:
    """The tenant's key without a constraint: a check per row would cost more than the row."""
    return WorkspaceKey(db_constraint=False)


class KeptPeriod(models.Model):
    """The days whose figures are kept, for a reader who may open every deal, by the rates known on `rated_on`.

    The sums are those of its lines. `by_owner`: each account has a line for every owner of its deals.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = WorkspaceKey()
    start_date = models.DateField()
    end_date = models.DateField()
    currency = currency_code()
    rate_policy = models.CharField(max_length=20)
    by_owner = models.BooleanField()
    rated_on = models.DateField()
    won = models.DecimalField()
    pipeline = models.DecimalField()
    weighted_pipeline = models.DecimalField()
    deals = models.BigIntegerField()
    unrated = models.BigIntegerField()
    kept_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "start_date", "end_date", "currency", "rate_policy", "by_owner"], name="kept_period_once"
            )
        ]


class KeptLine(models.Model):
    """The deals of one account (and one owner) in the period, converted and unrounded. `unrated`: left out for want of a rate."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    period = models.ForeignKey(KeptPeriod, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="lines")
    account_id = models.UUIDField()
    owner_id = models.UUIDField(null=True)
    won = models.DecimalField()
    pipeline = models.DecimalField()
    weighted_pipeline = models.DecimalField()
    deals = models.IntegerField()
    unrated = models.IntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "period", "account_id"], name="kept_line_by_account")]


class KeptLack(models.Model):
    """So many deals of the account that close on that day have no rate from `currency`."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    period = models.ForeignKey(KeptPeriod, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="lacks")
    account_id = models.UUIDField()
    currency = currency_code()
    close_date = models.DateField()
    deals = models.IntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "period", "account_id"], name="kept_lack_by_account")]


class KeptMark(models.Model):
    """The account's lines are out of date; all lines are, when it names none."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    account_id = models.UUIDField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "id"], name="kept_mark_by_workspace")]


_COUNTS = "account_id owner_id stage_id status probability amount currency close_date".split()


def _trigger(name: str, operation: pgtrigger.Operation, referencing: pgtrigger.Referencing, select: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        level=pgtrigger.Statement,
        referencing=referencing,
        func=f"INSERT INTO keystead_keptmark (workspace_id, account_id) {select}; RETURN NULL;",
    )


def marks_accounts() -> list[pgtrigger.Trigger]:
    """Triggers for deals: whichever statement touches what a figure depends on marks the accounts before and after."""
    changed = f"({', '.join(f'o.{name}' for name in _COUNTS)}) IS DISTINCT FROM ({', '.join(f'n.{name}' for name in _COUNTS)})"
    one = "SELECT DISTINCT workspace_id, account_id FROM {} WHERE account_id IS NOT NULL"
    both = (
        "SELECT DISTINCT n.workspace_id, t.account_id FROM new_values n JOIN old_values o USING (id)"
        f" CROSS JOIN LATERAL (VALUES (o.account_id), (n.account_id)) t(account_id) WHERE {changed} AND t.account_id IS NOT NULL"
    )
    new, old = pgtrigger.Referencing(new="new_values"), pgtrigger.Referencing(old="old_values")
    old_and_new = pgtrigger.Referencing(old="old_values", new="new_values")
    return [
        _trigger("kept_marked_on_insert", pgtrigger.Insert, new, one.format("new_values")),
        _trigger("kept_marked_on_update", pgtrigger.Update, old_and_new, both),
        _trigger("kept_marked_on_delete", pgtrigger.Delete, old, one.format("old_values")),
    ]


def marks_all(*columns: str) -> list[pgtrigger.Trigger]:
    """Triggers for rates and stages: when one of these columns changes (or a row comes or goes), everything is marked."""
    changed = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in columns)
    one = "SELECT DISTINCT workspace_id, NULL::uuid FROM {}"
    both = f"SELECT DISTINCT n.workspace_id, NULL::uuid FROM new_values n JOIN old_values o USING (id) WHERE {changed}"
    new, old = pgtrigger.Referencing(new="new_values"), pgtrigger.Referencing(old="old_values")
    old_and_new = pgtrigger.Referencing(old="old_values", new="new_values")
    return [
        _trigger("kept_marked_on_insert", pgtrigger.Insert, new, one.format("new_values")),
        _trigger("kept_marked_on_update", pgtrigger.Update, old_and_new, both),
        _trigger("kept_marked_on_delete", pgtrigger.Delete, old, one.format("old_values")),
    ]
