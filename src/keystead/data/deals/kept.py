"""What the portfolio keeps: figures per account over a period, and the marks that say which of them are out of date.

Derived rows without history. Triggers write a mark in the transaction that changes a deal, a rate or a stage; whoever reads next
recomputes what is marked (domain.accounts.portfolio.keeping). Marks are only ever inserted, so no writer waits for another.
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

    The sums are those of its lines. `by_owner`: each account has a line for every owner of its deals. `summary` is what accounts
    and plans add to a total (domain.accounts.portfolio.summary), null until somebody asks.
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
    summary = models.JSONField(null=True)
    kept_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "start_date", "end_date", "currency", "rate_policy", "by_owner", "rated_on"],
                name="kept_period_once",
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


class KeptAnswer(models.Model):
    """What a list of a period was found to be: which lines in which order, and what is said of all of them.

    `question` names filters, groups, order and footer; `places` are the accounts' keys in order, 16 bytes each, so that a page is
    cut out of them. `foot`, `missing` and `total` are as the portfolio's SQL says them. Forgotten whenever anything is mended.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = _ours()
    period = models.ForeignKey(KeptPeriod, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="answers")
    question = models.TextField()
    lines = models.BigIntegerField()
    places = models.BinaryField()
    foot = models.JSONField(null=True)
    missing = models.JSONField(null=True)
    total = models.JSONField()
    kept_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "period"], name="kept_answer_by_period")]


class KeptGroup(models.Model):
    """A group of an answer: its lines stand from place `first` on. `depth` 2 is a group within one of depth 1."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    answer = models.ForeignKey(KeptAnswer, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="groups")
    depth = models.SmallIntegerField()
    first = models.BigIntegerField()
    lines = models.BigIntegerField()
    path = models.TextField()
    told = models.JSONField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "answer", "depth", "first"], name="kept_group_by_place")]


class KeptTree(models.Model):
    """What an account and all below it come to together, where one of the answer's lines stands for the subtree (KeptLine)."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    answer = models.ForeignKey(KeptAnswer, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="trees")
    account_id = models.UUIDField()
    won = models.DecimalField()
    pipeline = models.DecimalField()
    weighted_pipeline = models.DecimalField()
    deals = models.BigIntegerField()
    unrated = models.BigIntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "answer", "account_id"], name="kept_tree_by_account")]


class KeptEvidence(models.Model):
    """Which rows an explanation of a group lists.

    `question` names the group and the kind of rows; `classes` how many there are of each class and the first of those left out,
    [n, key, …] by name; `places` are the keys of those that count, in their order, 16 bytes each.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = _ours()
    period = models.ForeignKey(KeptPeriod, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="evidence")
    question = models.TextField()
    classes = models.JSONField()
    places = models.BinaryField()
    kept_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "period"], name="kept_evidence_by_period")]


class KeptMark(models.Model):
    """The account's lines are out of date; all lines are, when it names none; or only the summaries and answers are."""

    id = models.BigAutoField(primary_key=True)
    workspace = _ours()
    account_id = models.UUIDField(null=True)
    is_of_summary = models.BooleanField(db_default=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "id"], name="kept_mark_by_workspace")]


_COUNTS = ("account_id", "owner_id", "stage_id", "status", "probability", "amount", "currency", "close_date", "workspace_id")


def _triggers(select: str, columns: tuple[str, ...], marked: str) -> list[pgtrigger.Trigger]:
    """After every statement: `select` from the rows (`n`) that came, went, or changed in one of the columns, before and after."""
    changed = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in columns)
    both = "(SELECT {0}.* FROM new_values n JOIN old_values o USING (id) WHERE {1})"
    each = {
        "insert": (pgtrigger.Insert, pgtrigger.Referencing(new="new_values"), "new_values"),
        "delete": (pgtrigger.Delete, pgtrigger.Referencing(old="old_values"), "old_values"),
        "update": (
            pgtrigger.Update,
            pgtrigger.Referencing(old="old_values", new="new_values"),
            f"({both.format('n', changed)} UNION ALL {both.format('o', changed)})",
        ),
    }
    return [
        pgtrigger.Trigger(
            name=f"kept_{marked}_on_{name}",
            when=pgtrigger.After,
            operation=operation,
            level=pgtrigger.Statement,
            referencing=referencing,
            func="INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary)"
            f" SELECT DISTINCT {select.format(rows=rows)}; RETURN NULL;",
        )
        for name, (operation, referencing, rows) in each.items()
    ]


def marks_accounts() -> list[pgtrigger.Trigger]:
    """For deals: the accounts before and after, when something changed that a figure depends on."""
    return _triggers("workspace_id, account_id, false FROM {rows} r WHERE account_id IS NOT NULL", _COUNTS, "accounts")


def marks_all(*columns: str) -> list[pgtrigger.Trigger]:
    """For rates and stages, on which any figure may depend."""
    return _triggers("workspace_id, NULL::uuid, false FROM {rows} r", columns, "all")


def marks_summaries(*columns: str) -> list[pgtrigger.Trigger]:
    """For accounts, plans and members, of whom lists and totals tell: in which order, how many, what they aim at."""
    return _triggers("workspace_id, NULL::uuid, true FROM {rows} r", columns, "summaries")
