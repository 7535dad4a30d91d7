"""What stands around the rows that an import writes or takes back: the turns before them, lineages and links after them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from keystead.base.turns import LINKS, MEMBERS, PRODUCT_TREE, REPORTING, be_alone, join_in, take_turns
from keystead.domain.accounts.tree import lock_tree, refresh_lineage
from keystead.domain.plans.linking import relink

_LINKED = ("accounts", "deals", "orders", "members")  # what is written of these changes what counts in plans


def hold_links(kind: str, *, moves: bool = True) -> None:
    """Before any row: revenue is written together with others, what decides where it counts alone. `moves`: records may come to
    stand below others, which two must not do at once."""

    def turns() -> None:
        if kind == "accounts":
            lock_tree()
        elif kind == "members":
            take_turns(MEMBERS)
        elif moves and kind in ("contacts", "products"):
            take_turns(REPORTING if kind == "contacts" else PRODUCT_TREE)

    if kind == "members" or (kind == "accounts" and moves):
        be_alone(LINKS, patience=600, first=turns)
    else:
        turns()
        if kind in ("accounts", "deals", "orders", "products"):  # a product's price is money as well
            join_in(LINKS)


def follow(kind: str, touched: Collection[UUID], *, makes_accounts: bool = False) -> None:
    """What follows from the rows: lineages of a changed tree, links of changed revenue. `makes_accounts`: beside its rows."""
    if kind == "accounts" or makes_accounts:
        refresh_lineage()
    if kind in _LINKED:
        rows: dict[str, Any] = {kind: touched}
        relink(**rows)
