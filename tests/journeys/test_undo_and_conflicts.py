"""In a browser: a slip is taken back with the mouse and by keyboard alone, and two people who save one account lose nothing."""

import pytest
from playwright.sync_api import Page, expect

from keystead.data.models import Account, Contact, Plan, SwotItem
from keystead.domain.accounts.editing import change_account
from keystead.domain.plans.editing import create_plan
from keystead.domain.plans.items import save_swot_item
from tests.domain.undoing.scene import TODAY, change
from tests.journeys.journey import Journey
from tests.support.world import World


@pytest.fixture
def plan(world: World, aurelia: Account) -> Plan:
    with world.inside(world.alice):
        made = create_plan(viewer=world.alice, fields={"account": aurelia}, today=TODAY)
        save_swot_item(plan=made, viewer=world.alice, fields={"quadrant": "threat", "text": "A rival is cheaper"})
        return made


def as_alice(world: World, journey: Journey) -> Page:
    assert world.alice.user is not None
    journey.is_signed_in_as(world.alice.user)
    journey.slug = "northwind"
    return journey.page


def offers(page: Page, words: str) -> None:
    """The toast's button, on a page that is ready for keys."""
    expect(page.locator(".toast-undo")).to_have_text(words)
    expect(page.locator("html.has-script")).to_be_attached()


def test_a_deleted_item_comes_back_by_its_toast_and_goes_again_by_keys(world: World, plan: Plan, journey: Journey) -> None:
    page = as_alice(world, journey)
    page.clock.install()
    journey.goes_to("plans:swot", plan.pk)
    item = page.locator("#tab").get_by_text("A rival is cheaper")
    expect(item).to_be_visible()
    form = page.locator('form[action$="/deletion/"]').first
    form.evaluate("form => form.requestSubmit(form.querySelector('button'))")
    undo = page.locator(".toast-undo")
    expect(undo).to_have_text("Undo")
    expect(item).to_have_count(0)
    journey.tabs_to(undo)
    page.clock.fast_forward(11_000)  # longer than a toast stays: it waits for whoever is on it
    page.keyboard.press("Enter")
    offers(page, "Redo")
    expect(item).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    offers(page, "Undo")
    expect(item).to_have_count(0)
    page.keyboard.press("Control+z")
    offers(page, "Redo")
    with world.inside():
        assert SwotItem.objects.get().text == "A rival is cheaper"


def test_control_z_in_a_field_is_the_fields_own(world: World, aurelia: Account, journey: Journey) -> None:
    page = as_alice(world, journey)
    journey.goes_to("accounts:contact_new", aurelia.pk)
    page.get_by_label("Last name").fill("Nagel")
    journey.button("Add contact").click()
    offers(page, "Undo")
    search = page.locator("#find").or_(page.locator("input[type=search]")).first
    if search.count():
        search.focus()
        page.keyboard.press("Control+z")
        page.wait_for_timeout(300)
    with world.inside():
        assert Contact.objects.filter(last_name="Nagel").exists()
    page.locator("h1").first.click()
    page.keyboard.press("Control+z")
    offers(page, "Redo")
    with world.inside():
        assert not Contact.objects.exists()


def test_two_people_save_one_account_and_nothing_is_lost(world: World, aurelia: Account, journey: Journey) -> None:
    page = as_alice(world, journey)
    journey.goes_to("accounts:edit", aurelia.pk)
    page.get_by_label("Industry").fill("Dairy")
    page.get_by_label("Website").fill("aurelia.example")
    with world.inside(world.mona):
        fields = {"industry": "Beverages", "country": "Portugal"}
        change(world.mona, lambda: change_account(account=aurelia, viewer=world.mona, fields=fields))
    journey.button("Save").click()
    question = page.locator(".conflict")
    expect(question).to_have_count(1)
    expect(question).to_contain_text("was “Food”")
    expect(question).to_contain_text("Mona Manager")
    expect(page.get_by_label("Website")).to_have_value("aurelia.example")
    expect(page.get_by_label("Country")).to_have_value("Portugal")
    mine, theirs = question.get_by_role("radio").all()
    expect(mine).to_be_checked()
    journey.tabs_to(mine)
    page.keyboard.press("ArrowDown")
    expect(theirs).to_be_checked()
    journey.button("Save").click()
    journey.arrives(journey.address("accounts:detail", aurelia.pk))
    with world.inside():
        aurelia.refresh_from_db()
    assert (aurelia.industry, aurelia.country, aurelia.website) == ("Beverages", "Portugal", "aurelia.example")
    journey.complaints = [complaint for complaint in journey.complaints if "409" not in complaint]  # that was the question
