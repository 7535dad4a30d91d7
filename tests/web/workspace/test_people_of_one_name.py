"""Two people of one name can be told apart wherever a colleague is chosen."""

import pytest

from keystead.data.workspace.models import Member
from keystead.web.templatetags.pieces import address
from keystead.web.workspace.people import by_name, told_apart
from tests.support.world import World

pytestmark = pytest.mark.django_db


def test_only_people_of_one_name_are_shown_with_their_address(world: World) -> None:
    with world.inside():
        Member.objects.filter(pk=world.alice.pk).update(name="Ana Lima", email="ana.finance@acme.example")
        Member.objects.filter(pk=world.bob.pk).update(name="Ana Lima", email="ana.sales@acme.example")
        labels = [told_apart(each) for each in by_name(Member.objects.all())]
    assert "Ana Lima · ana.finance@acme.example" in labels
    assert "Ana Lima · ana.sales@acme.example" in labels
    assert not any("·" in label for label in labels if not label.startswith("Ana Lima"))


def test_an_address_breaks_before_its_parts_and_is_escaped() -> None:
    assert address("ana@acme.example") == "ana<wbr>@acme<wbr>.example"
    assert address("<b>@x") == "&lt;b&gt;<wbr>@x"
