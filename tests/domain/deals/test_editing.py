"""Deals and orders: stage and status agree, money is in currencies that exist, and nothing moves to an account out of reach."""

import pytest

from keystead.data.models import Deal, Order, Stage
from keystead.domain.deals.editing import change_deal, change_order, create_order
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import Invalid
from tests.domain.plans.made import deal, order
from tests.support.world import World, account


def test_a_status_alone_moves_the_deal_to_its_first_stage_and_a_decision_is_certain(world: World) -> None:
    with world.inside():
        made = deal(world, account("Aurelia Foods", owner=world.alice), "100", status="open", stage=None)
        made = change_deal(deal=made, viewer=world.olga, fields={"stage": Stage.objects.get(name="Proposal")})
        found = []
        for status in ("won", "lost", "open"):
            made = change_deal(deal=made, viewer=world.olga, fields={"status": status})
            assert made.stage is not None
            found.append((made.stage.status, made.probability))
    assert found == [("won", 100), ("lost", 0), ("open", 0)]


def test_stage_and_status_agree_also_when_somebody_was_quicker(world: World) -> None:
    with world.inside():
        proposal = Stage.objects.get(name="Proposal")
        outdated = deal(world, account("Aurelia Foods", owner=world.alice), "100", status="open", stage=proposal)
        change_deal(deal=Deal.objects.get(pk=outdated.pk), viewer=world.olga, fields={"status": "won"})
        made = change_deal(deal=outdated, viewer=world.alice, fields={"stage": proposal})
    assert (made.stage, made.status) == (proposal, "open")


def test_an_order_stays_within_reach_and_in_a_currency_that_exists(world: World) -> None:
    with world.inside():
        hers, unseen = account("Aurelia Foods", owner=world.alice), account("Bolt Cargo", owner=world.bob)
        also_hers = account("Cedar Ports", owner=world.alice)
        made = order(world, hers, "100")
        with pytest.raises(NotAllowed):
            change_order(order=made, viewer=world.alice, fields={"account": unseen})
        for viewer in (world.olga, world.alice):
            with pytest.raises(Invalid) as refused:
                create_order(viewer=viewer, fields={"account": hers, "currency": "QQQ"})
            assert [(error.field, error.code) for error in refused.value.errors] == [("currency", "unknown_currency")]
        change_order(order=made, viewer=world.alice, fields={"account": also_hers})
        assert Order.objects.get(pk=made.pk).account == also_hers
