"""Lineages, as they are found from the accounts' parents."""

from keystead.data.models import Account
from keystead.domain.accounts.tree import refresh_lineage
from tests.support.world import World, account


def test_accounts_in_a_circle_keep_their_lineage_whichever_are_asked_for(world: World) -> None:
    with world.inside():
        top = account("Aurelia Foods")
        below = account("Aurelia Iberia", parent=top)
        lowest = account("Aurelia Porto", parent=below)
        Account.objects.filter(pk=top.pk).update(parent=below)  # by no verb
        assert [refresh_lineage(asked) for asked in (None, [top.pk], [lowest.pk, below.pk])] == [0, 0, 0]
        assert Account.objects.get(pk=lowest.pk).lineage == [top.pk, below.pk, lowest.pk]
