"""All that a mouse can do, the keys can."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from keystead.base import clock
from keystead.data.models import Account, Stage
from keystead.domain.deals.editing import create_deal
from tests.journeys.journey import Journey
from tests.support.world import PASSWORD, World, account


@pytest.fixture
def aurelia(world: World) -> Account:
    """Alice's account, with one deal won today."""
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice)
        won = Stage.objects.get(status="won")
        fields = {"name": "Cold rooms", "account": made, "stage": won, "amount": Decimal(40_000), "close_date": clock.today()}
        create_deal(viewer=world.alice, fields=fields)
    return made


def test_alice_signs_in_opens_a_figure_and_closes_it_without_a_mouse(world: World, aurelia: Account, journey: Journey) -> None:
    page, keys = journey.page, journey.page.keyboard
    page.goto("/")
    journey.looks()
    email = page.get_by_label(journey.words("E-mail"), exact=True)
    if not email.evaluate("element => element === document.activeElement"):
        journey.tabs_to(email)
    keys.type(world.alice.email or "")
    journey.tabs_to(page.locator("input[type=password]"))
    keys.type(PASSWORD)
    keys.press("Enter")
    journey.slug = "northwind"
    journey.arrives(journey.address("workspace_home"))

    journey.tabs_to(journey.link(journey.address("portfolio:list")))
    keys.press("Enter")
    journey.arrives(journey.address("portfolio:list"))
    won = page.locator("table[data-table] tbody a[data-explain]").filter(has_text="40").first
    journey.tabs_to(page.locator("table[data-table] [tabindex='0']"))
    column = won.evaluate("link => link.closest('td').cellIndex") - 1  # the first cell, a tick box, is passed by
    for _step in range(column):
        keys.press("ArrowRight")
    keys.press("Enter")
    explanation = page.get_by_role("dialog").filter(has=page.locator("#explain-body"))
    expect(explanation.locator(".explain-title")).to_be_visible()
    expect(explanation).to_contain_text("Cold rooms")
    expect(won).to_have_attribute("aria-expanded", "true")
    keys.press("Escape")
    expect(explanation).to_be_hidden()
    expect(won.locator("xpath=ancestor::td")).to_be_focused()
