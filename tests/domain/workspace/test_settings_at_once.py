"""Settings, stages, views and trees that two people change at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from keystead.data.models import Contact, Deal, DefaultView, Product, SavedView, Stage, Workspace
from keystead.domain.accounts.editing import change_contact
from keystead.domain.deals.editing import create_deal, save_product
from keystead.domain.undoing.undo import CannotUndo
from keystead.domain.workspace import settings
from keystead.domain.workspace.settings import change_workspace
from keystead.domain.workspace.stages import move_stage, save_stage
from keystead.domain.workspace.views import open_with
from keystead.domain.writing import Invalid
from tests.domain.undoing.scene import change, take_back
from tests.support.product import overlapping
from tests.support.world import World, account, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return build_world()


def elsewhere(world: World, write: Callable[[], Any]) -> Callable[[], str]:
    """For the other connection, with its own scope; gives the code of a refusal."""

    def written() -> str:
        try:
            with world.inside():
                write()
        except Invalid as refusal:
            return refusal.errors[0].code
        except CannotUndo as refusal:
            return refusal.code
        return ""

    return written


def test_stages_added_and_moved_at_once_have_a_place_each(world: World) -> None:
    def add(name: str) -> Stage:
        return save_stage(viewer=world.olga, fields={"name": name, "status": "open", "probability": 10})

    with world.inside():
        first = Stage.objects.order_by("position")[0]
        overlapping(lambda: add("One"), elsewhere(world, lambda: add("Two")))
        overlapping(lambda: add("Three"), elsewhere(world, lambda: move_stage(stage=first, viewer=world.olga, to=99)))
        places = list(Stage.objects.order_by("position").values_list("position", flat=True))
        assert places == list(range(len(places)))


def test_of_two_views_chosen_at_once_the_later_holds(world: World) -> None:
    with world.inside():
        one, other = (SavedView.objects.create(owner=world.olga, list="deals", name=name, query="") for name in ("A", "B"))

        def choose(view: SavedView) -> None:
            open_with(viewer=world.olga, list_id="deals", view=view)

        overlapping(lambda: choose(one), elsewhere(world, lambda: choose(other)))
        assert DefaultView.objects.get().view == other
        overlapping(lambda: choose(one), elsewhere(world, lambda: choose(other)))
        assert DefaultView.objects.get().view == other


def counts_in(world: World, currency: str) -> None:
    change_workspace(workspace=Workspace.objects.get(pk=world.northwind.pk), viewer=world.olga, fields={"currency": currency})


def test_the_currency_stays_while_the_first_money_is_being_written(world: World) -> None:
    with world.inside():
        change_id = change(world.olga, lambda: counts_in(world, "BRL"))
        price = {"name": "Cold rooms", "list_price": 1, "list_price_currency": "BRL"}
        first: list[Callable[[], Any]] = [
            lambda: create_deal(viewer=world.olga, fields={"name": "Cold rooms"}),
            lambda: save_product(viewer=world.olga, fields=price),
        ]
        for write in first:
            for late in (lambda: counts_in(world, "USD"), lambda: take_back(world.olga, change_id)):
                assert overlapping(write, elsewhere(world, late)) == "has_facts"
                Deal.objects.all().delete()
                Product.objects.all().delete()
        assert Workspace.objects.get(pk=world.northwind.pk).currency == "BRL"


def test_it_does_not_wait_for_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_PATIENCE", -1.0)
    with world.inside():
        refused = overlapping(
            lambda: create_deal(viewer=world.olga, fields={"name": "Cold rooms"}),
            elsewhere(world, lambda: counts_in(world, "USD")),
        )
    assert refused == "busy"


def test_a_database_that_went_away_is_not_taken_for_a_busy_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_what: str, _patience: float = 0, **_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(settings, "be_alone", away)
    with world.inside(), pytest.raises(OperationalError):
        counts_in(world, "USD")


def test_nobody_comes_to_report_to_herself_by_two_changes_at_once(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        lena, marc = (Contact.objects.create(account=aurelia, first_name=name) for name in ("Lena", "Marc"))

        def put(one: Contact, below: Contact) -> Contact:
            return change_contact(contact=one, viewer=world.olga, fields={"reports_to": below})

        assert overlapping(lambda: put(lena, marc), elsewhere(world, lambda: put(marc, lena))) == "contact_cycle"
        undone = change(world.olga, lambda: put(Contact.objects.get(pk=lena.pk), None))  # type: ignore[arg-type]
        marc = Contact.objects.get(pk=marc.pk)
        refused = overlapping(lambda: put(marc, lena), elsewhere(world, lambda: take_back(world.olga, undone)))
        assert refused == "cycle"


def test_no_product_comes_to_stand_below_itself_by_two_changes_at_once(world: World) -> None:
    with world.inside():
        rooms, doors = (Product.objects.create(name=name) for name in ("Rooms", "Doors"))

        def put(one: Product, below: Product) -> Product:
            return save_product(product=one, viewer=world.olga, fields={"parent": below})

        assert overlapping(lambda: put(rooms, doors), elsewhere(world, lambda: put(doors, rooms))) == "product_cycle"
