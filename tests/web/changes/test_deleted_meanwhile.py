"""Somebody deletes a record between its being found and its being written: told in a sentence, and what was typed stays."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest
from django.test import Client

from keystead.data.models import Contact, SavedView
from keystead.web.grid import views
from tests.domain.undoing.scene import Scene
from tests.support.world import World
from tests.web.changes.test_conflicts import FORMS, as_shown, signed_in

TOLD = "Somebody has deleted this meanwhile."


@contextmanager
def going(record: models.Model) -> Iterator[None]:
    """It is deleted when somebody first reaches for a row to write to it, as if that had been done on another connection."""
    is_due = True

    def first(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal is_due
        if is_due and "FOR UPDATE" in sql and "keystead_" in sql:
            is_due = False
            type(record)._base_manager.filter(pk=record.pk).delete()
        return execute(sql, *rest)

    with connection.execute_wrapper(first):
        yield
    assert not is_due, "nothing was held"


@pytest.mark.parametrize("kind", sorted(set(FORMS) - {"member", "settings", "stage"}))  # never deleted, or not in use
def test_a_form_keeps_what_was_typed(world: World, scene: Scene, kind: str) -> None:
    place, _model, field, _theirs, mine, _beside = FORMS[kind]
    with world.inside():
        url = f"/w/northwind/{place(scene)}"
    olga = signed_in(world.olga)
    form = olga.get(url).context["form"]
    sent = as_shown(form) | {field: mine}
    with going(form.record):
        answer = olga.post(url, sent)
    assert answer.status_code == 409
    assert answer.context["form"].non_field_errors()[0].startswith(TOLD)
    assert TOLD in answer.content.decode()
    assert str(answer.context["form"][field].value()) == mine


def test_a_contact_by_herself_a_cell_and_a_step_of_approval_keep_it_too(world: World, scene: Scene) -> None:
    with world.inside():
        alone = Contact.objects.create(last_name="Nobody's")
    olga = signed_in(world.olga)
    deal, plan = scene.deals[0], scene.plan
    for record, url, sent in (
        (alone, f"accounts/contacts/{alone.pk}/", {"last_name": "Somebody's"}),
        (deal, f"deals/{deal.pk}/cells/name/", {"name": "Somebody's", "version": str(deal.version)}),
        (plan, f"plans/{plan.pk}/moves/submit/", {"comment": "Somebody's"}),
    ):
        with going(record):
            answer = olga.post(f"/w/northwind/{url}", sent)
        page = answer.content.decode()
        assert (answer.status_code, TOLD in page, "Somebody&#x27;s" in page) == (409, True, True), url


PRESSED: dict[str, tuple[Callable[[Scene], models.Model], str, dict[str, str]]] = {
    "status of an action": (lambda s: s.action, "plans/{plan}/actions/{pk}/status/", {"status": "done"}),
    "SWOT to objective": (lambda s: s.item, "plans/{plan}/swot/{pk}/objective/", {}),
    "SWOT to action": (lambda s: s.item, "plans/{plan}/swot/{pk}/action/", {}),
    "rank": (lambda s: s.objectives[0], "plans/{plan}/objectives/{pk}/rank/", {"rank": "2"}),
    "source": (lambda s: s.plan, "plans/{plan}/revenue/source/", {"source": "orders"}),
    "deal": (lambda s: s.deals[0], "deals/{pk}/deletion/", {}),
    "objective": (lambda s: s.objectives[0], "plans/{plan}/objectives/{pk}/deletion/", {}),
    "plan": (lambda s: s.plan, "plans/{plan}/deletion/", {}),
    "account": (lambda s: s.bolt, "accounts/{pk}/deletion/", {}),
    "contact": (lambda s: s.marc, "accounts/{account}/contacts/{pk}/deletion/", {}),
    "stage": (lambda s: s.won_stage, "settings/stages/{pk}/position/", {"to": "0"}),
}


@pytest.mark.parametrize("kind", PRESSED)
def test_a_button_says_it(world: World, scene: Scene, kind: str) -> None:
    found, path, sent = PRESSED[kind]
    for headers in ({}, {"HX-Request": "true"}):
        with world.inside(), transaction.atomic():
            record = found(scene)
            url = f"/w/northwind/{path.format(plan=scene.plan.pk, pk=record.pk, account=scene.aurelia.pk)}"
            with going(record):
                answer = signed_in(world.olga).post(url, sent, headers=headers)
            transaction.set_rollback(True)
        assert answer.status_code == 404
        if headers:
            assert json.loads(answer["HX-Trigger"])["toast"]["text"] == TOLD
        else:
            assert TOLD in answer.content.decode()


def test_a_reading_of_a_measure_that_goes(world: World, scene: Scene) -> None:
    url = f"/w/northwind/plans/{scene.plan.pk}/objectives/{scene.objectives[0].pk}/measures/{scene.measure.pk}/readings/"
    with going(scene.measure):
        answer = signed_in(world.olga).post(url, {"date": "2026-03-03", "value": "4"}, follow=True)
    assert TOLD in answer.content.decode()


def test_a_saved_view_that_two_remove_at_once(world: World) -> None:
    with world.inside():
        view = SavedView.objects.create(owner=world.olga, list="deals", name="Mine", query="")
    with going(view):
        answer = signed_in(world.olga).post(f"/w/northwind/views/{view.pk}/deletion/")
    assert (answer.status_code, TOLD in answer.content.decode()) == (404, True)


@pytest.mark.django_db(transaction=True)
def test_what_a_change_names_goes_outside_of_a_form(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside():
        view = SavedView.objects.create(owner=world.olga, list="deals", name="Mine", query="")
    find = views._find

    def goes(request: HttpRequest, key: Any) -> Any:
        found = find(request, key)  # type: ignore[arg-type]
        SavedView.objects.filter(pk=key).delete()
        return found

    monkeypatch.setattr(views, "_find", goes)
    for headers in ({}, {"HX-Request": "true"}):
        with world.inside():
            SavedView.objects.get_or_create(pk=view.pk, owner=world.olga, list="deals", name="Mine", query="")
        answer = signed_in(world.olga).post("/w/northwind/views/default/", {"view": str(view.pk)}, headers=headers)
        said = json.loads(answer["HX-Trigger"])["toast"]["text"] if headers else answer.content.decode()
        assert (answer.status_code, "was deleted at this very moment" in said) == (409, True)


@pytest.mark.django_db(transaction=True)
def test_other_broken_rules_are_faults_of_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(**_asked: Any) -> None:
        raise IntegrityError("something else")

    monkeypatch.setattr(views, "open_with", breaks)
    client = Client(raise_request_exception=False)
    assert world.olga.user
    client.force_login(world.olga.user)
    assert client.post("/w/northwind/views/default/", {"list": "deals"}).status_code == 500
