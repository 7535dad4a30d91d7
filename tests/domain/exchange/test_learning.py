"""What one file teaches the next ones: by whom, when, what it meant before, and who is told."""

from datetime import timedelta

import pytest

from keystead.base.clock import now
from keystead.data.models import Import, Product, SavedMapping
from keystead.domain.exchange.recognising.learning import forget, taught, taught_for
from keystead.domain.writing import Invalid
from tests.domain.exchange.importing import bring_in, commit, counts, problems, read
from tests.support.world import World, account

FILE = "Opportunity ID,Product,Account\nD-1,GTXPro,Acme Inc\n"
PRO = {"product": {"GTXPro": "GTX Pro"}}


def learnt(world: World) -> SavedMapping:
    account("Acme", owner=world.alice)
    for name in ("GTX Pro", "GTX Plus"):
        Product.objects.create(name=name)
    bring_in(world.olga, "deals", FILE, values=PRO | {"account": {"Acme Inc": "Acme"}})
    return SavedMapping.objects.get()


def test_a_value_is_signed_by_whoever_taught_it_until_somebody_teaches_another(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        said = taught(kept, kept.values, world.olga)["product"]["GTXPro"]
        assert (said.means, said.by, said.before) == ("GTX Pro", "Olga Owner", "")
        assert said.at is not None
        assert timedelta() <= now() - said.at < timedelta(minutes=5)
        bring_in(world.alice, "deals", FILE.replace("D-1", "D-2"))
        kept.refresh_from_db()
        assert taught(kept, kept.values, world.olga)["product"]["GTXPro"] == said  # using it is not teaching it
        bring_in(world.alice, "deals", FILE.replace("D-1", "D-3"), values={"product": {"GTXPro": "GTX Plus"}})
        kept.refresh_from_db()
        other = taught(kept, kept.values, world.olga)["product"]["GTXPro"]
        assert (other.means, other.by, other.before) == ("GTX Plus", "Alice Alvarez", "GTX Pro")
        assert taught(kept, kept.values, world.olga)["account"]["Acme Inc"].by == "Olga Owner"


def test_what_is_left_out_of_one_file_is_neither_applied_nor_forgotten_nor_taught_anew(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        job = read(world.olga, "deals", FILE.replace("D-1", "D-2"), without={"product": ["GTXPro"]})
        assert problems(job) == [(2, "Product", "unknown_product")]
        meant = read(
            world.olga,
            "deals",
            FILE.replace("D-1", "D-2"),
            without={"product": ["GTXPro"]},
            values={"product": {"GTXPro": "GTX Plus"}},
        )
        assert counts(commit(world.olga, meant)) == (1, 0, 0, 0)
        before, signs = kept.values, kept.options
        kept.refresh_from_db()
        assert (kept.values, kept.options["taught"]) == (before, signs["taught"])
        assert counts(read(world.olga, "deals", FILE.replace("D-1", "D-3"))) == (1, 0, 0, 0)


def test_a_value_that_somebody_clears_is_cleared_in_this_file_alone(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        mapping = {"Opportunity ID": "external_id", "Product": "product", "Account": "account"}
        bring_in(world.olga, "deals", FILE, mapping=mapping, values={}, unknown={"product": "empty", "account": "empty"})
        kept.refresh_from_db()
        assert kept.values["product"] == {"GTXPro": "GTX Pro"}


def test_whoever_does_not_see_the_record_is_told_nothing_and_who_does_not_see_the_person_no_name(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        job = read(world.bob, "deals", FILE.replace("D-1", "D-2"))
        assert set(taught_for(job=job, viewer=world.bob)) == {"product"}  # the account is Alice's
        assert taught_for(job=job, viewer=world.bob)["product"]["GTXPro"].by == "Olga Owner"
        assert taught(kept, kept.values, world.gus)["product"]["GTXPro"].by == ""
        bring_in(world.olga, "deals", FILE, values={"product": {"GTXPro": "GTX Plus"}})
        assert taught_for(job=job, viewer=world.bob)["product"]["GTXPro"].before == ""
        assert taught_for(job=job, viewer=world.olga)["product"]["GTXPro"].before == "GTX Pro"
        assert taught_for(job=Import(kind="deals", format={"headers": ["X"]}), viewer=world.olga) == {}


def test_what_was_learnt_before_it_was_signed_is_told_without_a_name(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        kept.options = {}
        said = taught(kept, kept.values, world.olga)["product"]["GTXPro"]
        assert (said.means, said.by, said.at) == ("GTX Pro", "", None)


def test_what_is_forgotten_goes_with_its_sign(world: World) -> None:
    with world.inside():
        kept = learnt(world)
        assert forget(viewer=world.olga, key=kept.pk, field="product", text="GTXPro")
        kept.refresh_from_db()
        assert "GTXPro" not in str(kept.options) + str(kept.values)


@pytest.mark.parametrize("without", [{"product": "GTXPro"}, {"product": [7]}, ["GTXPro"]])
def test_what_is_left_out_is_given_as_texts_by_field(world: World, without: object) -> None:
    with world.inside(), pytest.raises(Invalid):
        read(world.olga, "deals", FILE, without=without)
