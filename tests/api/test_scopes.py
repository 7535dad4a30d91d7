"""A token does what it is for, and is told what it lacks; the audit log by the API."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keystead.base.clock import now
from keystead.data.models import Account, AuditEvent, Member, Stage
from keystead.domain.exchange import imports, working
from keystead.domain.workspace.tokens import create_token
from keystead.domain.workspace.views import save_view
from keystead.domain.writing import Invalid
from tests.api.conftest import Caller, Callers
from tests.domain.exchange.importing import bring_in
from tests.support.world import World, account


def token(world: World, member: Member, *scopes: str) -> Caller:
    with world.inside(member):
        return Caller(create_token(viewer=member, name="test", at=now(), scopes=scopes).text)


def lacking(answer: Any) -> tuple[int, str, str]:
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    return answer.status_code, body["code"], body.get("scope", "")


def test_a_token_for_reading_reads_and_does_no_more(world: World) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
    alice = token(world, world.alice)
    assert alice.get("/accounts").status_code == 200
    assert alice.get(f"/accounts/{aurelia.pk}").status_code == 200
    assert lacking(alice.post("/accounts", {"name": "Boreal"})) == (403, "missing_scope", "write")
    assert lacking(alice.patch(f"/accounts/{aurelia.pk}", {"name": "Boreal"})) == (403, "missing_scope", "write")
    assert lacking(alice.post("/deals", {"name": "X", "account": str(aurelia.pk)})) == (403, "missing_scope", "write")


def test_each_scope_opens_its_own_door(world: World) -> None:
    writer, keeper = token(world, world.olga, "write"), token(world, world.olga, "admin")
    assert writer.post("/accounts", {"name": "Boreal"}).status_code == 201
    assert lacking(writer.post("/members", {"name": "Nina"})) == (403, "missing_scope", "admin")
    assert keeper.post("/members", {"name": "Nina"}).status_code == 201
    assert lacking(keeper.post("/accounts", {"name": "Corona"})) == (403, "missing_scope", "write")


def test_a_scope_gives_nobody_more_than_her_role(world: World) -> None:
    vera = token(world, world.vera, "write", "import", "admin")
    status, code, _scope = lacking(vera.post("/accounts", {"name": "Boreal"}))
    assert (status, code) == (403, "not_allowed")


def test_a_scope_that_does_not_exist_is_refused(world: World) -> None:
    with world.inside(world.alice), pytest.raises(Invalid):
        create_token(viewer=world.alice, name="x", at=now(), scopes=["everything"])


def test_owners_read_the_log_and_its_proof_and_others_do_not(world: World, callers: Callers) -> None:
    body = json.loads(callers.olga.get("/audit?kind=member.added&order=number").content)
    assert body["items"][0]["subject"] == "Olga Owner"
    proof = json.loads(callers.olga.get("/audit/proof").content)
    assert proof["holds"] is True
    with world.inside():
        assert proof["number"] == AuditEvent.objects.count()
    for caller in (callers.alice, callers.bob):
        assert lacking(caller.get("/audit"))[:2] == (403, "not_allowed")
        assert lacking(caller.get("/audit/proof"))[:2] == (403, "not_allowed")
    assert lacking(token(world, world.olga, "write").get("/audit")) == (403, "missing_scope", "admin")


def test_an_import_token_imports_and_writes_nothing_else(world: World) -> None:
    importer = token(world, world.olga, "import")
    assert lacking(importer.post("/accounts", {"name": "Boreal"})) == (403, "missing_scope", "write")
    for caller, kind, expected in (
        (importer, "accounts", 201),
        (importer, "members", 403),
        (token(world, world.olga, "write"), "accounts", 403),
    ):
        sent = {"file": SimpleUploadedFile("a.csv", b"name\nBoreal\n"), "kind": kind}
        answer = Client().post("/api/v1/imports", sent, headers={"Authorization": f"Bearer {caller.token}"})
        assert (kind, answer.status_code) == (kind, expected), answer.content


def test_an_import_token_makes_and_takes_back_nothing_beside_the_rows_that_is_for_administrators(world: World) -> None:
    sent = {
        "file": SimpleUploadedFile("deals.csv", b"Deal,Account,Stage\nPumps,Boreal,Courting\n"),
        "kind": "deals",
        "options": json.dumps({"unknown": {"account": "create"}}),
    }
    importer, keeper = token(world, world.olga, "import"), token(world, world.olga, "import", "admin")
    made = Client().post("/api/v1/imports", sent, headers={"Authorization": f"Bearer {importer.token}"})
    job = json.loads(made.content)["id"]
    with world.inside():
        working.read_now(job_id=job)
    assert lacking(importer.post(f"/imports/{job}/commit", None)) == (403, "missing_scope", "admin")
    assert importer.get(f"/imports/{job}").data["state"] == "previewed"
    assert keeper.post(f"/imports/{job}/commit", None).status_code == 202
    with world.inside():
        working.commit_now(job_id=job)
        assert Stage.objects.filter(name="Courting").exists()
    assert lacking(importer.post(f"/imports/{job}/undo", None)) == (403, "missing_scope", "admin")
    assert keeper.post(f"/imports/{job}/undo", None).status_code == 202


def test_what_an_import_token_has_brought_in_it_takes_back(world: World) -> None:
    importer, writer = token(world, world.alice, "import"), token(world, world.alice, "write")
    with world.inside(world.alice):
        job = bring_in(world.alice, "accounts", "Name\nBoreal\n")
    assert lacking(writer.post(f"/imports/{job.pk}/undo", None)) == (403, "missing_scope", "import")
    assert importer.post(f"/imports/{job.pk}/undo", None).status_code == 202
    with world.inside(world.alice):
        Account.objects.update(owner=world.bob)
        imports.request_cancel(job=job, viewer=world.alice)
    assert lacking(importer.post(f"/imports/{job.pk}/undo", None))[:2] == (403, "not_allowed")


def test_a_token_for_reading_reads_saved_views_and_changes_none(world: World) -> None:
    reader = token(world, world.mona)
    with world.inside(world.mona):
        own = save_view(viewer=world.mona, list_id="deals", name="Mine", query="")
        shared = save_view(viewer=world.mona, list_id="deals", name="Ours", query="", is_shared=True)
    assert [view["name"] for view in reader.get("/views").data["items"]] == ["Mine", "Ours"]
    for view in (own, shared):
        assert reader.get(f"/views/{view.pk}").status_code == 200
        assert lacking(reader.patch(f"/views/{view.pk}", {"name": "X"})) == (403, "missing_scope", "write")
        assert lacking(reader.delete(f"/views/{view.pk}")) == (403, "missing_scope", "write")
