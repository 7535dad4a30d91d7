"""Who sees an import, who may act on it, and what she may import."""

import pytest
from django.test import Client
from django.urls import reverse

from keystead.data.models import Deal
from tests.support.world import World
from tests.web.imports.conftest import Desk, text_of

NAMES = "Account\nAurelia\n"


@pytest.mark.parametrize("name", ["detail", "progress", "columns", "undo", "errors"])
def test_alice_sees_her_import_bob_and_charlie_do_not(alice: Desk, world: World, name: str) -> None:
    job = alice.committed(NAMES, "accounts.csv") if name == "undo" else alice.previewed(NAMES, "accounts.csv")
    assert alice.get(name, job).status_code in (200, 302)
    for stranger in (world.bob, world.charlie):
        assert Desk(world, stranger).get(name, job).status_code == 404
    assert Client().get(alice.url(name, job)).status_code == 302


@pytest.mark.parametrize("name", ["commit", "undo", "deletion", "columns"])
def test_bob_cannot_act_on_an_import_of_alice(alice: Desk, world: World, name: str) -> None:
    job = alice.previewed(NAMES, "accounts.csv")
    assert Desk(world, world.bob).post(name, job).status_code == 404
    with world.inside():
        job.refresh_from_db()
        assert job.state == "previewed"


def test_viewers_and_guests_have_no_data_page(world: World) -> None:
    for person in (world.vera, world.gus):
        desk = Desk(world, person)
        assert desk.get("list").status_code == 403
        assert desk.get("new").status_code == 403
        assert desk.url("list") not in desk.client.get(reverse("workspace_home", args=["northwind"])).content.decode()
    assert Desk(world, world.charlie).get("list").status_code == 404


def test_alice_is_offered_the_kinds_that_she_may_import(alice: Desk) -> None:
    page = text_of(alice.get("new"))
    assert 'value="deals"' in page
    assert 'value="products"' not in page
    assert "Start with accounts: deals and orders refer to them" in page
    assert alice.upload("Product,Price\nPump,1\n", "products.csv", "products").status_code == 422
    assert alice.client.get(reverse("imports:template", args=["northwind", "products"])).status_code == 404
    with alice.world.inside():
        assert not Deal.objects.exists()


def test_alice_is_told_that_the_rows_of_a_new_stage_are_rejected_and_olga_that_it_is_made(alice: Desk, olga: Desk) -> None:
    text = "Deal;Stage\nPumps;Pilot\n"
    assert '<option value="">Reject these rows</option>' in text_of(alice.get("columns", alice.previewed(text)))
    assert '<option value="">a new one of this name</option>' in text_of(olga.get("columns", olga.previewed(text)))
