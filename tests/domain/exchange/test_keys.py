"""By which keys rows find their records: the usual ones, and those that somebody chose, in their order."""

from datetime import date
from typing import Any

import pytest

from keystead.data.models import Account, Contact, Deal, Order
from keystead.domain.exchange import imports, telling
from keystead.domain.exchange.keys import first_place, key_fields, keys_in_use, offered_keys, row_keys, usual_keys
from keystead.domain.exchange.tables import TARGETS
from keystead.domain.writing import Invalid
from tests.domain.exchange.importing import again, bring_in, commit, counts, facts, problems, read
from tests.support.world import World, account

EXTERNAL = ("external_id",)


def found_by(job: Any, verdict: str) -> list[tuple[str, ...]]:
    return [row["found_by"] for row in telling.preview_rows(job=job, verdict=verdict)]


def test_the_usual_key_is_the_strongest_that_is_mapped_and_the_next_one_beside_an_external_id() -> None:
    assert usual_keys("deals", {"external_id", "name"}) == (EXTERNAL, ("name",))
    assert usual_keys("deals", {"name", "account"}) == (("name", "account"),)
    assert usual_keys("contacts", {"last_name", "account", "external_id"}) == (EXTERNAL, ("full_name", "account"))
    assert usual_keys("members", {"first_name"}) == (("name",),)
    assert usual_keys("contacts", {"phone"}) == ()


def test_chosen_keys_are_taken_as_far_as_they_are_mapped() -> None:
    chosen = [["website"], ["name", "country"], ["name", "country"]]
    assert keys_in_use("accounts", {"name", "country"}, chosen) == (("name", "country"),)
    assert keys_in_use("accounts", {"name"}, chosen) == (("name",),)
    assert ("name", "country") in offered_keys("accounts", {"name", "country"})
    assert ("name", "country") not in offered_keys("accounts", {"name"})


def test_every_field_of_a_key_is_a_column_or_the_name_of_a_person() -> None:
    for kind, target in TARGETS.items():
        assert key_fields(kind) - {"full_name"} <= target.columns.keys()


def test_a_row_has_the_first_key_of_which_it_says_something_and_asks_no_further_than_its_external_id() -> None:
    keys = (("email",), EXTERNAL, ("full_name",))
    assert row_keys(keys, {"email": "A@x.example", "external_id": "P-1", "last_name": "Li"}) == ("a@x.example", {"1": "P-1"})
    key, further = row_keys(keys, {"last_name": "Li"})
    assert (first_place(key), further) == (2, {})
    assert row_keys(keys, {}) == ("", {})


def test_a_row_is_found_by_the_first_key_that_a_record_has_and_the_preview_says_by_which(world: World) -> None:
    text = (
        "ID,Name,Country,Website\n"
        "A-1,Other name,Peru,https://nowhere.example\n"
        ",AURELIA,Spain,\n"
        ",Brasilux Energia,Brazil,http://www.brasilux.example/pt\n"
        ",Calyx,Chile,https://calyx.example\n"
    )
    with world.inside():
        account("Aurelia One", external_id="A-1")
        account("Aurelia", country="Spain")
        account("Aurelia", country="Portugal")
        account("Brasilux", website="https://brasilux.example")
        job = read(world.olga, "accounts", text, match=[["external_id"], ["website"], ["name", "country"]])
        assert counts(job) == (1, 3, 0, 0)
        assert found_by(job, "update") == [EXTERNAL, ("name", "country"), ("website",)]
        assert found_by(job, "create") == [()]
        commit(world.olga, job)
        assert Account.objects.get(name="Brasilux Energia").country == "Brazil"
        before = facts()
        second = bring_in(world.olga, "accounts", text)  # by the same keys as last time
        assert second.format["keys"] == [["external_id"], ["website"], ["name", "country"]]
        assert counts(second) == (0, 0, 4, 0)
        assert facts() == before


def test_a_list_of_fields_is_one_key(world: World) -> None:
    text = "Name,Country\nAurelia,Spain\nAurelia,Chile\n"
    with world.inside():
        account("Aurelia", country="Spain")
        for match in (["name", "country"], [["name", "country"]]):
            job = read(world.olga, "accounts", text, match=match)
            assert (counts(job), job.options["match"]) == ((1, 0, 1, 0), [["name", "country"]])
        with pytest.raises(Invalid):
            read(world.olga, "accounts", text, match=["name", ["country"]])


def test_the_order_of_the_keys_decides(world: World) -> None:
    text = "Name,Website\nAurelia,https://brasilux.example\n"
    with world.inside():
        aurelia = account("Aurelia", website="https://aurelia.example")
        brasilux = account("Brasilux", website="https://brasilux.example")
        for match, meant in (([["name"], ["website"]], aurelia), ([["website"], ["name"]], brasilux)):
            job = read(world.olga, "accounts", text, match=match)
            assert telling.preview_rows(job=job, verdict="update")[0]["target_id"] == meant.pk


def test_an_external_id_that_nobody_has_is_not_passed_over_unless_it_is_said(world: World) -> None:
    text = "Contact ID,Last name,Email\nP-1,Lindt,lena@aurelia.example\n"
    keys = [["external_id"], ["email"]]
    with world.inside():
        lena = Contact.objects.create(last_name="Lindt", email="lena@aurelia.example")
        job = read(world.olga, "contacts", text, match=keys)
        assert (counts(job), job.offers["adoptable"]) == ((1, 0, 0, 0), 1)
        taken = read(world.olga, "contacts", text, match=keys, adopt=True)
        assert (counts(taken), found_by(taken, "update")) == ((0, 1, 0, 0), [("email",)])
        commit(world.olga, taken)
        lena.refresh_from_db()
        assert lena.external_id == "P-1"


def test_a_record_with_another_external_id_is_another_one(world: World) -> None:
    with world.inside():
        Contact.objects.create(last_name="Lindt", email="old@aurelia.example", external_id="P-1")
        Contact.objects.create(last_name="Meyer", email="old@brasilux.example")
        text = "Contact ID,Last name,Email\nP-9,Lindt,new@aurelia.example\nP-8,Meyer,new@brasilux.example\n"
        job = read(world.olga, "contacts", text, match=[["email"], ["full_name"]])
        assert counts(job) == (1, 1, 0, 0)
        assert [row["name"] for row in telling.preview_rows(job=job, verdict="create")] == ["Lindt"]


def test_two_rows_that_mean_one_record_by_different_keys_do_not_write_it_in_turns(world: World) -> None:
    with world.inside():
        account("Aurelia", website="https://aurelia.example")
        text = "Name,Website,Country\nAurelia,,Spain\nAurelia SA,aurelia.example,Portugal\n"
        job = read(world.olga, "accounts", text, match=[["website"], ["name"]])
        assert (counts(job), problems(job)) == ((0, 1, 0, 1), [(3, None, "duplicate_row")])


def test_a_row_that_fits_several_records_by_a_further_key_is_not_guessed(world: World) -> None:
    with world.inside():
        account("Aurelia", country="Spain")
        account("Aurelia", country="Peru")
        job = read(world.olga, "accounts", "Name,Website\nAurelia,aurelia.example\n", match=[["website"], ["name"]])
        assert problems(job) == [(2, None, "several_match")]


def test_judging_again_finds_by_the_further_keys_what_came_and_went_meanwhile(world: World) -> None:
    text = "Name,Website\nAurelia,aurelia.example\n"
    with world.inside():
        there = account("Aurelia")
        job = read(world.olga, "accounts", text, match=[["website"], ["name"]])
        assert counts(job) == (0, 1, 0, 0)
        there.delete()
        commit(world.olga, job)
        assert counts(job) == (1, 0, 0, 0)
        assert Account.objects.get().pk != there.pk
        account("Aurelia", website="https://aurelia.example/shop")
        assert problems(read(world.olga, "accounts", text, match=[["website"]])) == [(2, None, "several_match")]


def test_deals_and_orders_are_found_by_what_they_refer_to_by_days_and_by_amounts(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia")
        day = date(2026, 1, 31)
        Deal.objects.create(name="Pumps", account=aurelia, currency="EUR", amount="1000.50", close_date=day)
        Order.objects.create(number="7", account=aurelia, currency="EUR", amount="5", order_date=day, kind="invoice")
        deals = "Deal,Account,Amount,Close date\nPumps,Aurelia,1000.5,2026-01-31\nPumps,Aurelia,900,2026-02-28\n"
        for key in (["name", "account", "close_date"], ["name", "account", "amount", "currency"]):
            job = read(world.olga, "deals", deals, match=[key])
            assert (counts(job), problems(job)) == ((1, 0, 1, 0), [])
        orders = "Number,Account,Amount,Date\n7,Aurelia,5,2026-01-31\n"
        for key in (["number", "account"], ["number", "order_date"]):
            assert counts(read(world.olga, "orders", orders, match=[key])) == (0, 0, 1, 0)


def test_whoever_does_not_see_the_record_behind_a_key_is_not_told_of_it(world: World) -> None:
    text = "Name,Website,Country\nGuess,secret.example,Peru\n"
    with world.inside():
        account("Secret Oil", website="https://secret.example", owner=world.bob)
        job = read(world.alice, "accounts", text, match=[["website"], ["name"]])
        assert (counts(job), found_by(job, "create"), job.offers["alike"]) == ((1, 0, 0, 0), [()], [])
        assert counts(read(world.olga, "accounts", text, match=[["website"]])) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    "match",
    [["name", "name"], [[]], [["name", "name"]], [[7]], "name", {"name": 1}, [["name"]] * 7, [["industry"]], [["name", "oops"]]],
)
def test_keys_of_another_shape_or_of_fields_that_tell_nobody_apart_are_refused(world: World, match: Any) -> None:
    with world.inside(), pytest.raises(Invalid) as refused:
        read(world.olga, "accounts", "Name\nA\n", match=match)
    assert {error.field for error in refused.value.errors} == {"match"}


def test_what_an_earlier_release_read_is_read_again_before_it_is_written(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        del job.format["keys"]
        job.save()
        commit(world.olga, job)
        assert (job.state, job.failure["code"], Account.objects.count()) == ("failed", "staged_before", 0)
        commit(world.olga, again(imports.change_options(job=job, viewer=world.olga, options={})))
        assert Account.objects.count() == 1


def test_keys_are_kept_for_the_next_file_with_these_headers_and_the_usual_ones_are_not(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "accounts", "Name,Country\nAurelia,Spain\n", match=[["name", "country"]])
        following = read(world.olga, "accounts", "Name,Country\nAurelia,Peru\n")
        assert counts(again(following)) == (1, 0, 0, 0)
        bring_in(world.olga, "accounts", "Name,Sector\nAurelia,Food\n")
        assert "match" not in read(world.olga, "accounts", "Name,Sector\nBrasilux,Food\n").options
