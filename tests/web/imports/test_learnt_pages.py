"""What was learnt from files: who taught it, where it is applied, how it is forgotten."""

from keystead.data.models import Product, SavedMapping
from tests.web.imports.conftest import ACCOUNTS, Desk, text_of


def test_a_learnt_value_can_be_forgotten_alone_and_with_all_that_was_learnt(olga: Desk) -> None:
    olga.committed(ACCOUNTS, kind="accounts")
    job = olga.previewed("Account;Sector;Country\nAurelia Foods Ltd;Fish;Spain\n", kind="accounts")
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Aurelia Foods"}))
    olga.work(job, "read")
    olga.post("commit", job)
    olga.work(job, "commit")
    assert "Aurelia Foods Ltd" in text_of(olga.get("learnt"))
    with olga.world.inside():
        (kept,) = SavedMapping.objects.filter(values__has_key="name")
    known = {"mapping": str(kept.pk), "field": "name", "text": "Aurelia Foods Ltd"}
    assert Desk(olga.world, olga.world.alice).post("learnt", data=known).status_code == 403
    assert "Forgotten" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), {"mapping": "x"}, follow=True))
    assert "Aurelia Foods Ltd" not in text_of(olga.get("learnt"))
    olga.post("learnt", data={"mapping": str(kept.pk)})
    with olga.world.inside():
        assert not SavedMapping.objects.filter(pk=kept.pk).exists()


SALES = "Deal ID;Deal;Product\n{};Pumps;GTXPro\n"


def taught(olga: Desk, means: str = "GTX Pro", by: Desk | None = None, number: str = "D-1") -> None:
    desk = by or olga
    with olga.world.inside():
        Product.objects.get_or_create(name=means)
    job = desk.previewed(SALES.format(number), kind="deals")
    desk.post("columns", job, desk.form(job, **{"value-product-0": means}))
    desk.work(job, "read")
    desk.post("commit", job)
    desk.work(job, "commit")


def test_who_taught_a_value_and_when_stands_where_it_is_applied_and_it_can_be_left_out_of_one_file(olga: Desk) -> None:
    taught(olga)
    bob = Desk(olga.world, olga.world.bob)
    job = bob.previewed(SALES.format("D-2"), kind="deals")
    page = text_of(bob.get("columns", job))
    assert "learnt from Olga Owner, " in page
    assert 'name="without-product-0" value="yes">' in page
    bob.post("columns", job, bob.form(job, **{"value-product-0": "GTX Pro", "without-product-0": "yes"}))
    bob.work(job, "read")
    assert (job.options["without"], job.options["values"]) == ({"product": ["GTXPro"]}, {})
    assert job.counts["error"] == 1
    again = text_of(bob.get("columns", job))
    assert "Otherwise “GTX Pro”: learnt from Olga Owner, " in again
    assert 'name="without-product-0" value="yes" checked>' in again
    assert '<option value="GTX Pro" selected>' not in again
    bob.post("columns", job, bob.form(job, **{"value-product-0": "GTX Pro"}))
    bob.work(job, "read")
    assert (job.options["without"], job.counts["create"]) == ({}, 1)


def test_two_people_who_teach_different_things_are_told_apart(olga: Desk) -> None:
    taught(olga)
    taught(olga, "GTX <Plus>", Desk(olga.world, olga.world.bob), "D-2")
    page = text_of(olga.get("learnt"))
    assert "GTX &lt;Plus&gt;" in page
    assert "before: GTX Pro" in page
    assert "learnt from Bob Brown, " in page
    assert "learnt from Olga Owner, " not in page
    with olga.world.inside():
        olga.world.bob.delete()
    page = text_of(olga.get("learnt"))
    assert "Bob Brown" not in page
    assert "learnt " in page
    job = olga.previewed(SALES.format("D-3"), kind="deals")
    assert "before: " not in text_of(olga.get("columns", job))
