"""Two browser windows: what is changed in one shows in the other by itself, and disturbs nobody there."""

import re
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from keystead.base import clock
from keystead.data.models import Deal, Plan, Stage
from keystead.domain.deals.editing import create_deal
from keystead.domain.plans.editing import create_plan
from tests.journeys.journey import PATIENCE_MS, Journey, Opens, opened
from tests.support.product import Product, product
from tests.support.world import World, account

WITHIN = PATIENCE_MS  # bench/live.py measures how soon; a busy machine is no fault


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[Product]:
    with product(tmp_path) as running:
        yield running


@pytest.fixture
def opens(browser: Browser, served: Product) -> Iterator[Opens]:
    with opened(browser, served.url) as opens:
        yield opens


@pytest.fixture
def deal(world: World) -> Deal:
    """Alice's open deal at Aurelia Foods, in this year's plan."""
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        today = clock.today()
        create_plan(viewer=world.alice, fields={"account": aurelia, "target": Decimal(100_000)}, today=today)
        won = Stage.objects.get(status="won")
        for name in ("Cold rooms", "Spare parts", "Freezers"):
            fields = {"name": name, "account": aurelia, "stage": won, "amount": Decimal(40_000), "close_date": today}
            made = create_deal(viewer=world.alice, fields=fields)
    return made


def alices(opens: Opens, world: World) -> Journey:
    journey = opens()
    journey.slug = "northwind"
    assert world.alice.user
    journey.is_signed_in_as(world.alice.user)
    return journey


def window(journey: Journey, name: str, *args: Any) -> Page:
    """A further page of the same browser; it listens when this ends."""
    page = journey.context.new_page()
    page.goto(journey.address(name, *args))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def wins(world: World, deal: Deal, amount: int) -> None:
    with world.inside(world.olga):
        found = Deal.objects.get(pk=deal.pk)
        found.amount = Decimal(amount)
        found.save()


def test_a_deal_changed_in_one_window_shows_in_the_others_while_somebody_types(world: World, deal: Deal, opens: Opens) -> None:
    reader, writer = alices(opens, world), alices(opens, world)
    with world.inside():
        plan = Plan.objects.get()
    at_plan = window(reader, "plans:detail", plan.pk)
    at_account = window(reader, "accounts:detail", deal.account_id)
    at_portfolio = window(reader, "portfolio:list")
    at_deals = window(reader, "deals:list")
    typing = window(reader, "plans:edit", plan.pk)
    box = typing.locator("main textarea:visible").first
    box.fill("They buy from three of us")
    box.press("Home")
    typing.evaluate("scrollTo(0, 200)")
    scrolled = typing.evaluate("scrollY")
    time.sleep(1.5)  # all listen now

    writer.goes_to("deals:edit", deal.pk)
    writer.page.get_by_label("Amount", exact=False).first.fill("90000")
    writer.page.locator("main form button[type=submit]").last.click()
    writer.arrives(writer.address("deals:detail", deal.pk))

    expect(at_portfolio.locator("#main")).to_contain_text(re.compile("170"), timeout=WITHIN)
    expect(at_plan.locator("#band")).to_contain_text("170", timeout=WITHIN)
    expect(at_account.locator("#main")).to_contain_text("170", timeout=WITHIN)
    expect(at_deals.locator("#main")).to_contain_text("90,000", timeout=WITHIN)
    expect(at_plan.locator("#live-said")).to_contain_text("brought up to date")
    expect(box).to_have_value("They buy from three of us")
    expect(box).to_be_focused()
    assert box.evaluate("element => element.selectionStart") == 0
    assert typing.evaluate("scrollY") == scrolled


def test_a_row_that_comes_waits_until_it_is_asked_for(world: World, deal: Deal, opens: Opens) -> None:
    reader = alices(opens, world)
    page = window(reader, "deals:list")
    expect(page.locator("#main")).to_contain_text("Freezers")
    time.sleep(1.0)
    with world.inside(world.alice):
        fields = {"name": "Ice machines", "account": deal.account, "amount": Decimal(5_000), "close_date": clock.today()}
        create_deal(viewer=world.alice, fields=fields)
    chip = page.locator("#live-chip")
    expect(chip).to_have_text("1 change: show", timeout=WITHIN)
    expect(page.locator("#main")).not_to_contain_text("Ice machines")
    chip.click()
    expect(page.locator("#main")).to_contain_text("Ice machines")
    expect(chip).to_be_hidden()


def test_the_page_catches_up_by_itself_after_the_server_was_away(world: World, deal: Deal, served: Product, opens: Opens) -> None:
    reader = alices(opens, world)
    with world.inside():
        plan = Plan.objects.get()
    page = window(reader, "plans:detail", plan.pk)
    expect(page.locator("#band")).to_contain_text("120")
    time.sleep(1.0)
    served.stop()
    wins(world, deal, 95_000)
    served.start()
    expect(page.locator("#band")).to_contain_text("175", timeout=2 * WITHIN)  # the stream is tried again in pauses
