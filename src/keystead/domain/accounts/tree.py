"""The tree of accounts: who stands above whom. Lineages are kept in the rows so that a subtree is one indexed filter."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from keystead.base.scope import current_workspace
from keystead.base.turns import ACCOUNT_TREE, take_turns
from keystead.data.accounts.models import Account
from keystead.data.workspace.models import Member


class AccountCycle(ValueError):
    """An account would stand below itself; `path` names the accounts of the circle, from the moved one back to it.

    Those that the viewer may not see stand in it as "…".
    """

    code = "account_cycle"

    def __init__(self, path: list[str]) -> None:
        super().__init__(" > ".join(path))
        self.path = path


def subtree(account: UUID) -> RawSQL:
    """The keys of an account and of all below it, for `…__in`: by the index of parents, as deep and as many as they are.

    Lineages answer the same, but under row-level security no index of arrays serves: every account would be read.
    """
    below = """
      WITH RECURSIVE subtree AS (
        SELECT id FROM keystead_account WHERE id = %s
        UNION
        SELECT a.id FROM subtree JOIN keystead_account a ON a.parent_id = subtree.id
      ) SELECT id FROM subtree
    """
    return RawSQL(below, [account])  # noqa: S611 - the key is a parameter


def lock_tree() -> None:
    """One move at a time per workspace: two moves that are harmless alone can make a circle together."""
    take_turns(ACCOUNT_TREE)


def refuse_cycle(*, account: Account, parent: Account | None, viewer: Member) -> None:
    """Raises `AccountCycle` when the parent is the account itself or stands below it."""
    above = parent
    path = [account]
    while above is not None:
        path.append(above)
        if above.pk == account.pk:
            seen = set(Account.objects.visible_to(viewer).filter(pk__in={each.pk for each in path}).values_list("pk", flat=True))
            raise AccountCycle([each.name if each.pk in seen else "…" for each in path])
        above = Account.objects.filter(pk=above.parent_id).first() if above.parent_id else None


def find_lineages_again() -> int:
    """Finds all lineages of the open workspace once more; how many it put right: none."""
    with transaction.atomic():
        lock_tree()
        return refresh_lineage()


def refresh_lineage(account_ids: Collection[UUID] | None = None) -> int:
    """Recomputes the lineages of these accounts and of everything below them (of all when None); returns how many changed.

    One statement, by what stands above each of them now: several may have moved, and the lineages that are kept be out of date.
    Accounts in a circle are not reached from any top and keep their old lineage.
    """
    start = "a.parent_id IS NULL" if account_ids is None else "a.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE up AS (
              SELECT a.id, a.parent_id AS above, ARRAY[a.id] AS lineage
              FROM keystead_account a WHERE a.workspace_id = %(workspace)s AND {start}
              UNION ALL
              SELECT up.id, p.parent_id, p.id || up.lineage FROM up JOIN keystead_account p ON p.id = up.above
              WHERE NOT p.id = ANY(up.lineage)
            ), tree AS (
              SELECT id, lineage FROM up WHERE above IS NULL
              UNION  -- an account may be reached from several of the given ones, always by the same way
              SELECT c.id, t.lineage || c.id FROM keystead_account c JOIN tree t ON c.parent_id = t.id
              WHERE NOT c.id = ANY(t.lineage)
            )
            UPDATE keystead_account a SET lineage = t.lineage FROM tree t
            WHERE a.id = t.id AND a.lineage IS DISTINCT FROM t.lineage
            """,
            {"workspace": current_workspace(), "ids": list(account_ids or [])},
        )
        changed: int = cursor.rowcount
        return changed
