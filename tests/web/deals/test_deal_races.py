"""Somebody deletes what a form names, in the moment in which it is saved."""

import pytest
from django.test import Client
from django.urls import reverse

from keystead.data.models import Deal
from tests.support.races import deleted_while_a_deal_is_saved
from tests.support.world import account, build_world


@pytest.mark.django_db(transaction=True)
def test_a_deal_at_an_account_that_goes_meanwhile_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside():
        aurelia = account("Aurelia Foods")
    deleted_while_a_deal_is_saved(aurelia, world, monkeypatch)
    client = Client()
    client.force_login(world.olga.user)
    fields = {"name": "Cold rooms", "account": "Aurelia Foods", "status": "open", "currency": "EUR"}
    answer = client.post(reverse("deals:new", args=["northwind"]), fields)
    assert answer.status_code == 422
    assert "was deleted at this very moment" in answer.content.decode()
    with world.inside():
        assert not Deal.objects.exists()
