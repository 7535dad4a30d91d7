"""The file and what it holds: the first page, recognising, waiting, templates."""

import pytest
from django.urls import reverse

from keystead.data.models import Import
from keystead.domain.exchange.recognising.columns import guess_mapping
from keystead.domain.exchange.recognising.kinds import guess_kind
from tests.web.imports.conftest import ACCOUNTS, DEALS, Desk, text_of


def test_the_first_visit_teaches_three_steps(olga: Desk) -> None:
    page = text_of(olga.get("list"))
    assert all(words in page for words in ("Choose the file", "Check the columns", "Look, then import"))


def test_a_file_tells_its_kind_by_its_columns(olga: Desk) -> None:
    response = olga.upload(ACCOUNTS, "export.csv")
    assert response["Location"].endswith("?next=columns")
    with olga.world.inside():
        assert (Import.objects.get().kind, Import.objects.get().state) == ("accounts", "received")


def test_a_file_that_tells_nothing_is_asked_about(olga: Desk) -> None:
    job = olga.uploaded("Foo,Bar\nAurelia,2\n", "x.csv")
    waiting = olga.get("detail", job, next="kind")
    assert "next=kind" in text_of(waiting)
    olga.work(job, "read")
    asked = olga.get("detail", job, next="kind")
    assert asked["Location"] == f"{olga.url('columns', job)}?ask=kind"
    assert "It could not be told from the names of the columns" in text_of(olga.client.get(asked["Location"]))
    assert olga.post("kind", job, {"kind": "accounts"})["Location"].endswith("?next=columns")
    assert olga.work(job, "read").kind == "accounts"
    assert "Choose a file first" in text_of(olga.post("new"))
    assert "The file is empty" in text_of(olga.upload("", "x.csv", "accounts"))


def test_another_kind_is_read_anew_and_only_by_whoever_may_import_it(olga: Desk, alice: Desk) -> None:
    job = alice.previewed(DEALS)
    assert alice.post("kind", job, {"kind": "members"}).status_code == 403
    assert alice.post("kind", job, {"kind": "nonsense"}).status_code == 302
    with alice.world.inside():
        job.refresh_from_db()
        assert (job.kind, job.state) == ("deals", "previewed")
    alice.post("kind", job, {"kind": "orders"})
    again = alice.work(job, "read")
    assert (again.kind, again.mapping["Amount"], "stage" in again.mapping.values()) == ("orders", "amount", False)
    alice.post("kind", job, {"kind": "deals"})
    done = alice.work(job, "read")
    assert done.mapping["Stage"] == "stage"
    assert olga.post("kind", alice.committed(ACCOUNTS, "export.csv"), {"kind": "deals"}).status_code == 302
    with alice.world.inside():
        assert set(Import.objects.values_list("kind", "state")) == {("deals", "previewed"), ("accounts", "committed")}


def test_something_that_is_no_table_is_refused_at_the_upload(olga: Desk) -> None:
    response = olga.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "photo.csv")
    assert response.status_code == 422
    with olga.world.inside():
        assert not Import.objects.exists()


def test_waiting_shows_progress_and_leads_on_to_the_columns(olga: Desk) -> None:
    job = olga.uploaded(ACCOUNTS)
    waiting = text_of(olga.get("detail", job, next="columns"))
    assert "Waiting to be read" in waiting
    assert f'hx-get="{olga.url("progress", job)}?next=columns&amp;waited=200" hx-trigger="every 200ms"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert "import-progress" in text_of(olga.fragment("progress", job))
    olga.work(job, "read")
    done = olga.fragment("progress", job, next="columns")
    assert done["HX-Redirect"] == f"{olga.url('detail', job)}?next=columns"
    assert olga.get("detail", job, next="columns")["Location"] == olga.url("columns", job)


@pytest.mark.parametrize(
    ("waited", "then"),
    [("200", 400), ("800", 1000), ("9999", 1000), ("", 200), ("0", 200), ("-5", 200), ("٣", 200), ("9" * 5000, 200)],
)
def test_it_looks_soon_at_first_and_then_once_a_second(olga: Desk, waited: str, then: int) -> None:
    shown = text_of(olga.fragment("progress", olga.uploaded(ACCOUNTS), waited=waited))
    assert f'waited={then}" hx-trigger="every {then}ms"' in shown


def test_a_template_has_every_column_and_is_recognised_as_its_kind(olga: Desk) -> None:
    for kind in ("accounts", "contacts", "products", "deals", "orders", "members", "rates"):
        response = olga.client.get(reverse("imports:template", args=["northwind", kind]))
        headers = response.content.decode("utf-8-sig").strip().split(",")
        assert guess_kind(headers)[0][0] == kind
        assert len(guess_mapping(kind, headers)) == len(headers)
