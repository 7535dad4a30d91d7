"""Keys, takeovers and learnt values under attack: guesses at records out of sight, formulas, control characters, two teachers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from keystead.base.clock import now
from keystead.data.models import Account, Contact, Deal, Import, Product, SavedMapping
from keystead.domain.exchange import telling
from keystead.domain.exchange.recognising.learning import taught_for
from tests.domain.exchange.importing import again, bring_in, commit, counts, problems, read
from tests.support.world import World, account
from tests.web.imports.conftest import Desk, _files_of_the_test, text_of  # noqa: F401 - uploaded files stay in the test's folder

SECRET = "https://secret.example"


def test_no_order_of_keys_tells_her_of_a_record_out_of_sight_or_changes_it(world: World) -> None:
    with world.inside():
        secret = account("Secret Oil", country="Peru", website=SECRET, external_id="S-1", owner=world.bob)
        Contact.objects.create(last_name="Hidden", email="hidden@secret.example", phone="1", account=secret)
        guesses = "ID,Name,Country,Website\n,Secret Oil,Peru,\n,Guess,,secret.example\nS-2,Secret Oil,Peru,secret.example\n"
        for match in ([["name", "country"], ["website"]], [["website"], ["name"]], [["external_id"], ["website"], ["name"]]):
            job = read(world.alice, "accounts", guesses, match=match, adopt=True)
            assert (counts(job)[1:3], job.offers["adoptable"], job.offers["alike"]) == ((0, 0), 0, [])
        person = read(world.alice, "contacts", "Last name,Email,Phone\nHidden,hidden@secret.example,1\n", match=[["phone"]])
        assert counts(person)[1:3] == (0, 0)
        # An external id is unique in the workspace: that it is taken is told, what stands behind it is not.
        taken = read(world.alice, "accounts", "ID,Name\nS-1,Guess\n", match=[["name"], ["external_id"]])
        assert problems(taken) == [(2, None, "not_allowed")]
        (row,) = telling.preview_rows(job=taken, verdict="error")
        assert (row["changes"], row["found_by"]) == ([], ())
        secret.refresh_from_db()
        assert (secret.name, secret.version) == ("Secret Oil", 1)


def test_who_loses_sight_between_preview_and_commit_takes_nothing_over(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", owner=world.alice)
        deal = Deal.objects.create(name="Pumps", account=aurelia, amount=5, currency="EUR", owner=world.alice)
        text = "Deal ID,Deal,Account,Amount\nD-1,Pumps,Aurelia,5\n"
        job = read(world.alice, "deals", text, adopt=True)
        assert counts(job)[2] + counts(job)[1] == 1
        aurelia.owner = deal.owner = world.bob
        aurelia.save()
        deal.save()
        commit(world.alice, job)
        deal.refresh_from_db()
        assert (counts(job), deal.external_id) == ((0, 0, 0, 1), None)


def test_two_who_teach_at_once_keep_what_the_other_taught(world: World) -> None:
    text = "Deal ID,Product\nD-{0},GTX{0}\n"
    with world.inside():
        Product.objects.create(name="GTX Pro")
        first = read(world.olga, "deals", text.format(1), values={"product": {"GTX1": "GTX Pro"}})
        second = read(world.bob, "deals", text.format(2), values={"product": {"GTX2": "GTX Pro"}})
        commit(world.olga, first)
        commit(world.bob, second)
        kept = SavedMapping.objects.get()
        assert kept.values["product"] == {"GTX1": "GTX Pro", "GTX2": "GTX Pro"}
        signs = kept.options["taught"]["product"]
        assert (signs["GTX1"]["by"], signs["GTX2"]["by"]) == (str(world.olga.pk), str(world.bob.pk))
        assert now() - kept.updated_at < timedelta(minutes=5)


def test_she_neither_teaches_nor_asks_of_texts_that_do_not_stand_in_her_file(world: World) -> None:
    text = "Deal ID,Product\nD-1,{}\n"
    with world.inside():
        for name in ("GTX Pro", "GTX Plus"):
            Product.objects.create(name=name)
        bring_in(world.olga, "deals", text.format("Hush"), values={"product": {"Hush": "GTX Pro"}})
        guessed: dict[str, Any] = {"values": {"product": {"Hush": "GTX Plus"}}, "without": {"product": ["Hush", "Other"]}}
        job = bring_in(world.alice, "deals", text.format("GTX Plus").replace("D-1", "D-2"), **guessed)
        assert (job.options["values"], job.options["without"]) == ({"product": {}}, {"product": []})
        assert SavedMapping.objects.get().values == {"product": {"Hush": "GTX Pro"}}


def test_a_value_taught_in_another_workspace_is_no_value_here(world: World) -> None:
    text = "Deal ID,Product\nD-1,GTXPro\n"
    for person in (world.olga, world.charlie):
        with world.inside(person):
            Product.objects.create(name="GTX Pro")
            job = read(person, "deals", text)
            assert (problems(job), taught_for(job=job, viewer=person)) == ([(2, "Product", "unknown_product")], {})
            if person is world.olga:
                bring_in(person, "deals", text, values={"product": {"GTXPro": "GTX Pro"}})


def test_formulas_in_keys_and_learnt_texts_stay_text(world: World) -> None:
    formula = '=HYPERLINK("http://x.example","y")'
    text = 'Name,Country,Website\n"=HYPERLINK(""http://x.example"",""y"")",+1,\n'
    with world.inside():
        bring_in(world.olga, "accounts", text, match=[["name", "country"]])
        assert Account.objects.get().name == formula
        again_ = read(world.olga, "accounts", text)
        assert counts(again_) == (0, 0, 1, 0)
        twice = read(world.olga, "accounts", text + text.splitlines()[1] + "\n", match=[["name", "country"]])
        assert problems(twice) == [(3, None, "duplicate_row")]
        assert "\"'=HYPERLINK(" in "".join(telling.error_chunks(job=twice))


@pytest.mark.parametrize(
    "evil", ["GTX\x00Pro", "\x1dGTX", "a\\u0000b", "'; DROP TABLE x; --", "{{ 7*7 }}", "<b>x</b>", "%s%(x)s"]
)
def test_what_is_posted_as_a_meaning_or_a_key_breaks_nothing(world: World, evil: str) -> None:
    olga = Desk(world)
    with world.inside():
        Product.objects.create(name="GTX Pro")
    job = olga.previewed("Deal ID;Product\nD-1;Pump X\n", kind="deals")
    answer = olga.post("columns", job, olga.form(job, **{"value-product-0": evil, "match-0": evil, "without-product-0": evil}))
    assert answer.status_code in (302, 422)
    with world.inside():
        fresh = Import.objects.get(pk=job.pk)
        if fresh.state == "received":
            again(fresh)
        assert fresh.state in ("previewed", "failed")
        assert counts(fresh)[0] == 0
    page = text_of(olga.get("columns", job))
    assert "<b>x</b>" not in page
    assert "49" not in page.split("Names in the file")[1].split("</fieldset>")[0]


@pytest.mark.parametrize("cell", ["A\x1durelia", "\x1d\x1dAurelia", "Aure\x1flia", "\x00Aurelia"])
def test_marks_of_our_own_in_a_cell_make_no_other_key(world: World, cell: str) -> None:
    with world.inside():
        there = account("Aurelia", country="Spain")
        job = read(world.olga, "accounts", f"Name,Country\n{cell},Spain\n", match=[["name", "country"], ["name"]])
        found = [
            row["target_id"] for verdict in ("update", "unchanged") for row in telling.preview_rows(job=job, verdict=verdict)
        ]
        assert (counts(job)[3], found) in ((0, [there.pk]), (1, []))


def test_keys_that_are_asked_cost_a_few_statements_however_many_rows_there_are(world: World) -> None:
    def asked(rows: int) -> int:
        text = "ID,Name,Country,Website\n" + "".join(f",N{i},Peru,n{i}.example\n" for i in range(rows))
        with connection.execute_wrapper(count):
            seen.clear()
            read(world.olga, "accounts", text, match=[["external_id"], ["website"], ["name", "country"], ["name"]])
        return len(seen)

    seen: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with world.inside():
        assert asked(2) == asked(200)
