"""Ctrl K over any page, without a mouse: find, choose, open, do."""

import re

import pytest
from playwright.sync_api import Page, expect

from keystead.data.models import Account
from tests.journeys.journey import Journey, Opens
from tests.support.world import World, account


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        account("Aurelia Dairy", owner=world.alice)
        return account("Aurelia Foods", owner=world.alice)


def at_home(opens: Opens, world: World) -> Journey:
    journey = opens()
    assert world.alice.user is not None
    journey.is_signed_in_as(world.alice.user)
    journey.page.goto("/w/northwind/")
    return journey


def results(page: Page, text: str) -> None:
    """Types it and waits until its results stand there."""
    page.locator("#palette-input").fill(text)
    expect(page.locator("#palette-found .found-line mark").first).to_be_visible()


def test_alice_finds_chooses_and_opens_by_keys_alone(world: World, aurelia: Account, opens: Opens) -> None:
    journey = at_home(opens, world)
    page, keys = journey.page, journey.page.keyboard
    box = page.locator("#palette-input")
    keys.press("/")
    expect(box).to_be_focused()
    results(page, "aur")
    chosen = page.locator('#palette-found [aria-selected="true"]')
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "-")
    keys.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    keys.press("Control+k")
    results(page, "foods aur")
    keys.press("Enter")
    page.wait_for_url(re.compile(rf"/accounts/{aurelia.pk}/$"))
    keys.press("Control+k")
    expect(page.locator("#palette-found .found-line").first).to_contain_text("Aurelia Foods")


def test_the_arrows_go_round_and_a_choice_of_colours_is_made_at_once(world: World, aurelia: Account, opens: Opens) -> None:
    journey = at_home(opens, world)
    page, keys = journey.page, journey.page.keyboard
    keys.press("Control+k")
    results(page, "aurelia")
    chosen = page.locator('#palette-found [aria-selected="true"]')
    first = chosen.text_content()
    keys.press("ArrowDown")
    expect(chosen).not_to_have_text(first or "")
    keys.press("ArrowUp")
    expect(chosen).to_have_text(first or "")
    results(page, "> dark")
    keys.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "keystead-dark")
    expect(page.locator("#palette")).to_be_hidden()
