"""Where the lists are, who asks for them, and what they answer."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client

from keystead.data.models import Member
from tests.support.world import World

ACCOUNTS, DEALS, VIEWS = "/w/northwind/accounts/", "/w/northwind/deals/", "/w/northwind/views/"
PLANS, TODAY = "/w/northwind/plans/", date(2026, 6, 15)
PART = {"HX-Request": "true"}


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text_of(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


def cell(record: Any, column: str, home: str = ACCOUNTS) -> str:
    return f"{home}{record.pk}/cells/{column}/"


def now(world: World, record: Any) -> Any:
    with world.inside():
        return type(record).objects.get(pk=record.pk)
