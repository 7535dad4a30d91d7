"""Two people change one account at the same moment: neither fails."""

from typing import Any

import pytest

from keystead.data.models import AccountTeamMember, Member
from keystead.domain.accounts.editing import join_team
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.writing import Gone
from tests.support.product import overlapping
from tests.support.world import World, account, build_world


@pytest.fixture
def world() -> World:
    return build_world()


def beside(world: World, write: Any) -> Any:
    """For the other connection: with its own scope."""

    def written() -> Any:
        with world.inside():
            return write()

    return written


def team() -> list[tuple[str, str]]:
    return list(AccountTeamMember.objects.order_by("pk").values_list("account__name", "member__name"))


@pytest.mark.django_db(transaction=True)
def test_who_joins_a_team_while_it_is_merged_with_another_or_joins_twice_is_on_it_once(world: World) -> None:
    def join(at: Any, who: Member) -> Any:
        return join_team(account=at, member=who, viewer=world.olga)

    with world.inside():
        keep, lose, gone = account("Aurelia Foods"), account("Aurelia"), account("Aurelia SA")
        join(lose, world.bob)
        overlapping(
            lambda: join(keep, world.bob),
            beside(world, lambda: merge_accounts(keep=keep, lose=lose, viewer=world.olga)),
        )
        assert team() == [("Aurelia Foods", "Bob Brown")]
        overlapping(lambda: join(keep, world.alice), beside(world, lambda: join(keep, world.alice)))
        assert team() == [("Aurelia Foods", "Bob Brown"), ("Aurelia Foods", "Alice Alvarez")]
        with pytest.raises(Gone):
            overlapping(
                lambda: merge_accounts(keep=keep, lose=gone, viewer=world.olga),
                beside(world, lambda: join(gone, world.mona)),
            )
