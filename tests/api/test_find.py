"""GET /find: the same records as the find box, with the token's rights."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Callers
from tests.support.world import World, account


def test_records_are_found_with_their_fit_and_marks(world: World, callers: Callers) -> None:
    with world.inside():
        made = account("Acme Corporation", owner=world.alice, country="Spain")
    response = callers.alice.get("/find?q=AC")
    assert response.status_code == 200
    assert response.data == {
        "items": [
            {"kind": "account", "id": str(made.pk), "name": "Acme Corporation", "about": ["Spain", "Alice Alvarez"],
             "fit": "beginning", "marks": [[0, 2]]},
        ],
        "total": 1,
    }  # fmt: skip
    assert callers.alice.get("/find?q=amce%20corp").data["items"][0]["fit"] == "slip"
    assert callers.alice.get("/find?q=acme&kind=deal").data == {"items": [], "total": 0}


def test_what_the_caller_may_not_see_is_not_there(world: World, callers: Callers) -> None:
    with world.inside():
        account("Aurelia Foods", owner=world.alice)
    for caller in (callers.bob, callers.gus, callers.charlie):
        assert caller.get("/find?q=aurelia").data == {"items": [], "total": 0}
    assert callers.nobody.get("/find?q=aurelia").status_code == 401


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", ("?q", "required")), ("q=a&q=b", ("?q", "repeated")), ("q=a&kind=cat", ("?kind", "unknown_choice")),
        ("q=a&limit=0", ("?limit", "out_of_range")), ("q=a&limit=x", ("?limit", "out_of_range")),
        ("q=a&limit=0000000001" + "9" * 25, ("?limit", "out_of_range")),
        ("q=%00", ("?q", "invalid_text")),
        ("q=" + "a" * 300, ("?q", "too_long")), ("q=a&owner=me", ("?owner", "unknown_parameter")),
    ],
)  # fmt: skip
def test_every_bad_input_is_named(
    callers: Callers, faults: Callable[[Any], list[tuple[str, str]]], query: str, fault: tuple[str, str]
) -> None:
    assert faults(callers.olga.get(f"/find?{query}")) == [fault]
