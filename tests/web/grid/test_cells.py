"""Cells that are written in place, and who may."""

import json

from keystead.data.models import Account
from tests.support.world import World
from tests.web.grid.lists import ACCOUNTS, PART, as_, cell, now, text_of


def test_a_cell_is_a_field_of_its_kind_and_its_answer_the_row(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    field = text_of(client.get(cell(aurelia, "employees"), headers=PART))
    assert 'value="1,200"' in field
    assert "<select" in text_of(client.get(cell(aurelia, "owner"), headers=PART))
    sent = {"employees": "1,300", "version": aurelia.version}
    row = text_of(client.post(cell(aurelia, "employees") + "?columns=name,employees", sent, headers=PART))
    assert row.startswith("<tr ")
    assert "1,300" in row
    assert "Spain" in row
    assert "Alice Alvarez" not in row
    assert now(world, aurelia).employees == 1300


def test_a_wrong_value_is_answered_with_the_field_and_a_sentence(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    refused = client.post(cell(aurelia, "employees"), {"employees": "many", "version": aurelia.version}, headers=PART)
    assert "Enter a whole number." in text_of(refused, 422)
    nothing = client.post(cell(aurelia, "parent"), {"parent": "Nobody Ltd", "version": aurelia.version}, headers=PART)
    assert "Nothing is called “Nobody Ltd”" in text_of(nothing, 422)
    circle = client.post(cell(aurelia, "parent"), {"parent": "Aurelia Foods", "version": aurelia.version}, headers=PART)
    assert "An account cannot stand below itself" in text_of(circle, 422)
    assert now(world, aurelia).version == aurelia.version


def test_a_cell_that_somebody_else_has_written_asks_before_it_is_overwritten(world: World, aurelia: Account) -> None:
    with world.inside(world.mona):
        Account.objects.filter(pk=aurelia.pk).update(industry="Beverages", country="Portugal")
    sent = {"industry": "Dairy", "initial-industry": "Food", "version": aurelia.version}
    asked = text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART), 409)
    assert "Beverages" in asked
    assert 'value="Dairy"' in asked
    assert now(world, aurelia).industry == "Beverages"
    left = text_of(as_(world.alice).get(cell(aurelia, "industry"), {"part": "row"}, headers=PART))
    assert left.startswith("<tr ")
    assert "Beverages" in left
    sent |= {"version": now(world, aurelia).version, "initial-industry": "Beverages", "keep-industry": "theirs"}
    text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART))
    assert now(world, aurelia).industry == "Beverages"


def test_what_only_another_column_has_changed_is_no_conflict(world: World, aurelia: Account) -> None:
    with world.inside(world.mona):
        Account.objects.filter(pk=aurelia.pk).update(country="Portugal")
    sent = {"industry": "Dairy", "initial-industry": "Food", "version": aurelia.version}
    text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART))
    kept = now(world, aurelia)
    assert (kept.industry, kept.country) == ("Dairy", "Portugal")


def test_cells_that_may_not_be_written_say_why(world: World, aurelia: Account) -> None:
    for response in (
        as_(world.vera).get(cell(aurelia, "industry"), headers=PART),
        as_(world.vera).post(cell(aurelia, "industry"), headers=PART),
    ):
        assert response.status_code == 403
        assert "Your role, Viewer, does not include this." in json.loads(response["HX-Trigger"])["toast"]["text"]
    computed = as_(world.alice).get(cell(aurelia, "deals"), headers=PART)
    assert "computed" in text_of(computed, 403)
    assert as_(world.bob).get(cell(aurelia, "industry")).status_code == 404
    assert as_(world.charlie).post(cell(aurelia, "industry"), {"industry": "Mine"}).status_code == 404
    page = text_of(as_(world.vera).get(ACCOUNTS))
    assert ("data-can" in page, 'name="pick"' in page) == (False, False)
    assert "data-can" in text_of(as_(world.alice).get(ACCOUNTS))
