"""Uploading a file, looking at what it would do, committing it and taking it back, through the API."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from keystead.data.models import Import
from keystead.domain.exchange import working
from tests.api.conftest import IN_MEMORY, Caller, Callers
from tests.support.world import World

Faults = Callable[[Any], list[tuple[str, str]]]
FILE = "name,industry,size\nAurelia Foods,Food,120\nBrasilux,Energy,many\n"
MAPPED = {"mapping": {"name": "name", "industry": "industry", "size": "employees"}}


@pytest.fixture(autouse=True)
def _files_in_memory() -> Iterator[None]:
    with override_settings(STORAGES=IN_MEMORY):
        yield


def upload(caller: Caller, form: dict[str, Any] | None = None, *, text: str = FILE, name: str = "crm.csv", **headers: str) -> Any:
    given = {"file": SimpleUploadedFile(name, text.encode()), "kind": "accounts", "options": json.dumps(MAPPED)}
    body = encode_multipart(BOUNDARY, given if form is None else form)
    sent = {"Authorization": f"Bearer {caller.token}", **headers}
    response = caller.client.generic("POST", "/api/v1/imports", body, MULTIPART_CONTENT, headers=sent)
    response.data = json.loads(response.content)  # type: ignore[attr-defined]
    return response


def work(world: World, key: str, step: Callable[..., None]) -> None:
    """What the worker does."""
    with world.inside(world.olga):
        step(job_id=key)


@pytest.fixture
def previewed(callers: Callers, world: World) -> Any:
    job = upload(callers.olga).data
    work(world, job["id"], working.read_now)
    return callers.olga.get(f"/imports/{job['id']}").data


def test_an_upload_is_received_and_read_in_the_background(callers: Callers, world: World) -> None:
    response = upload(callers.olga)
    assert (response.status_code, response.data["state"], response.data["filename"]) == (201, "received", "crm.csv")
    assert response.headers["Location"] == f"/api/v1/imports/{response.data['id']}"
    assert response.data["counts"] == {"create": 0, "update": 0, "unchanged": 0, "error": 0}
    assert [one["id"] for one in callers.olga.get("/imports?state=received&kind=accounts").data["items"]] == [response.data["id"]]
    work(world, response.data["id"], working.read_now)
    found = callers.olga.get(f"/imports/{response.data['id']}").data
    assert (found["state"], found["progress"], found["mapping"]) == ("previewed", 100, MAPPED["mapping"])
    assert found["counts"] == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert [(one["row"], one["column"]) for one in found["problems"]] == [(3, "size")]
    assert found["problems"][0]["message"]


def test_a_preview_is_committed_and_undone(callers: Callers, world: World, previewed: Any) -> None:
    path = f"/imports/{previewed['id']}"
    begun = callers.olga.post(f"{path}/commit", None)
    assert (begun.status_code, begun.data["state"]) == (202, "committing")
    twice = callers.olga.post(f"{path}/commit", None)
    assert (twice.status_code, twice.data["code"], twice.data["state"]) == (409, "wrong_state", "committing")
    work(world, previewed["id"], working.commit_now)
    assert callers.olga.get(path).data["state"] == "committed"
    assert [one["name"] for one in callers.olga.get("/accounts").data["items"]] == ["Aurelia Foods"]
    assert callers.olga.delete(path).status_code == 409
    assert callers.olga.post(f"{path}/undo", None).data["state"] == "undoing"
    work(world, previewed["id"], working.undo_now)
    assert callers.olga.get(path).data["state"] == "undone"
    assert callers.olga.get("/accounts").data["total"] == 0


def test_the_rejected_rows_come_back_as_a_file(callers: Callers, previewed: Any) -> None:
    response = callers.olga.client.get(
        f"/api/v1/imports/{previewed['id']}/errors.csv", headers={"Authorization": f"Bearer {callers.olga.token}"}
    )
    lines = response.content.decode("utf-8-sig").splitlines()
    response.close()
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0].startswith("name,industry,size,")
    assert [line[:20] for line in lines[1:]] == ["Brasilux,Energy,many"]


def test_other_options_have_the_file_read_again(callers: Callers, world: World, previewed: Any, faults: Faults) -> None:
    path = f"/imports/{previewed['id']}"
    changed = callers.olga.patch(path, {"options": {"mapping": {"name": "name"}}})
    assert changed.data["state"] == "received"
    work(world, previewed["id"], working.read_now)
    assert callers.olga.get(path).data["counts"] == {"create": 2, "update": 0, "unchanged": 0, "error": 0}
    assert faults(callers.olga.patch(path, {"options": {"mapping": {"name": "nmae"}}})) == [("/options/mapping", "unknown_field")]
    assert faults(callers.olga.patch(path, {"kind": "deals"})) == [("/options", "required")]
    assert callers.olga.delete(path).status_code == 204
    assert callers.olga.get(path).status_code == 404


def test_each_person_meets_imports_by_her_rights(callers: Callers, previewed: Any) -> None:
    path = f"/imports/{previewed['id']}"
    for address in (path, f"{path}/errors.csv"):
        people = [getattr(callers, who) for who in ("olga", "mona", "alice", "vera", "gus", "charlie", "nobody")]
        answers = [one.client.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {one.token}"}) for one in people]
        codes = [response.status_code for response in answers]
        assert b"".join(answers[0])  # a file is closed once it is read
        assert codes == [200, 404, 404, 404, 404, 404, 401]
    for verb in ("commit", "undo"):
        codes = [getattr(callers, who).post(f"{path}/{verb}", None).status_code for who in ("alice", "vera", "charlie", "nobody")]
        assert codes == [404, 404, 404, 401]
    assert upload(callers.vera).status_code == 403
    assert upload(callers.alice).status_code == 201
    assert callers.alice.get("/imports").data["total"] == 1


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        ({}, [("/file", "required"), ("/kind", "required")]),
        ({"kind": "accounts"}, [("/file", "required")]),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "option": "1"}, [("/option", "unknown_field")]),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "kind": "gifts"}, [("/kind", "bad_choice")]),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "kind": "a\0"}, [("/kind", "invalid_text")]),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": "{"}, [("/options", "bad_json")]),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": "[]"}, [("/options", "not_an_object")]),
        (
            {"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": '{"sheet": "\\u0000"}'},
            [("/options", "invalid_text")],
        ),
        (
            {"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": '{"sheet": NaN}'},
            [("/options", "bad_json")],
        ),
        (
            {"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": '{"mapping": {"x": ["name"]}}'},
            [("/options/mapping", "bad_option")],
        ),
        (
            {
                "file": SimpleUploadedFile("a.csv", b"x"),
                "kind": "accounts",
                "options": '{"values": ' + "[" * 5000 + "]" * 5000 + "}",
            },
            [("/options/values", "bad_option")],
        ),
        (
            {"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": '{"luck": 1}'},
            [("/options/luck", "unknown_option")],
        ),
        (
            {"file": SimpleUploadedFile("a.csv", b"x"), "kind": "accounts", "options": '{"mode": "eat"}'},
            [("/options/mode", "bad_choice")],
        ),
    ],
)
def test_a_form_that_cannot_be_read(callers: Callers, faults: Faults, form: dict[str, Any], codes: list[tuple[str, str]]) -> None:
    assert faults(upload(callers.olga, form)) == codes


def test_json_is_no_file_and_a_broken_form_is_unreadable(callers: Callers) -> None:
    refused = callers.olga.post("/imports", {"kind": "accounts"})
    assert (refused.status_code, refused.data["code"]) == (415, "unsupported_media_type")
    headers = {"Authorization": f"Bearer {callers.olga.token}"}
    for kind, body in (("multipart/form-data", b"x"), ("multipart/form-data; boundary=a", b"--a\r\nbroken")):
        response = callers.olga.client.generic("POST", "/api/v1/imports", body, kind, headers=headers)
        assert (response.status_code, response.headers["Content-Type"]) in (
            (400, "application/problem+json"),
            (422, "application/problem+json"),
        )


@override_settings(FILE_UPLOAD_MAX_BYTES=10)
def test_a_file_above_the_limit_is_too_large(callers: Callers, faults: Faults) -> None:
    assert faults(upload(callers.olga)) == [("/file", "file_too_large")]
    large = upload(callers.olga, text="x" * 1_100_000)
    assert (large.status_code, large.data["code"]) == (413, "too_large")


def test_a_repeated_upload_is_received_once(callers: Callers, world: World, faults: Faults) -> None:
    key = {"Idempotency-Key": "monday"}
    first, again = upload(callers.olga, **key), upload(callers.olga, **key)
    assert again.data == first.data
    assert faults(upload(callers.olga, text=FILE + "Ceres,Food,1\n", **key)) == [("Idempotency-Key", "idempotency_key_reused")]
    with world.inside():
        assert Import.objects.count() == 1
