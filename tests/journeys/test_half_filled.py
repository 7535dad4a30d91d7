"""In a browser: what was typed and not sent is not lost by a slip, and nobody is asked who has nothing to lose."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from keystead.data.models import Account
from tests.journeys.journey import Journey
from tests.support.world import World


@pytest.fixture
def page(world: World, journey: Journey) -> Page:
    assert world.alice.user is not None
    journey.is_signed_in_as(world.alice.user)
    journey.slug = "northwind"
    return journey.page


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Every question of the browser, each answered with staying."""
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return questions


def stays(page: Page, path: str) -> None:
    """Follows a link, is asked, and answers with staying."""
    with page.expect_event("dialog"):
        page.locator(f'a[href="{path}"]:visible').first.click(no_wait_after=True)


def test_a_half_filled_form_is_left_only_when_it_is_said_and_a_sent_one_at_once(
    aurelia: Account, journey: Journey, page: Page, asked: list[str]
) -> None:
    journey.goes_to("accounts:edit", aurelia.pk)
    page.get_by_label("Industry").press_sequentially("Sea")
    stays(page, journey.address("plans:list"))
    expect(page.get_by_label("Industry")).to_have_value("SeaFood")
    journey.button("Save").click()
    journey.arrives(journey.address("accounts:detail", aurelia.pk))
    assert asked == ["beforeunload"]


def test_what_came_back_with_errors_is_not_saved_either(aurelia: Account, journey: Journey, page: Page, asked: list[str]) -> None:
    journey.goes_to("accounts:edit", aurelia.pk)
    page.get_by_label("Employees").fill("many")
    journey.button("Save").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    journey.complaints.clear()  # of the refusal itself
    page.get_by_label("Industry").click()
    stays(page, journey.address("plans:list"))
    assert asked == ["beforeunload"]


def test_nobody_is_asked_after_typing_what_stood_there_or_into_a_search(
    aurelia: Account, journey: Journey, page: Page, asked: list[str]
) -> None:
    journey.goes_to("accounts:edit", aurelia.pk)
    page.get_by_label("Industry").press_sequentially("S")
    page.keyboard.press("Backspace")
    journey.follows(journey.address("accounts:list"))
    page.locator(".grid-find input").press_sequentially("Aur")
    journey.follows(journey.address("plans:list"))
    assert asked == []


def test_what_is_sent_beside_a_half_filled_form_does_not_lose_it(
    aurelia: Account, journey: Journey, page: Page, asked: list[str]
) -> None:
    journey.goes_to("accounts:edit", aurelia.pk)
    page.get_by_label("Industry").press_sequentially("Sea")
    page.locator("button.member").click()
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Español").click(no_wait_after=True)
    expect(page.get_by_label("Industry")).to_have_value("SeaFood")
    expect(page.get_by_role("button", name="Español")).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    journey.button("Save").click()
    journey.arrives(journey.address("accounts:detail", aurelia.pk))
    assert asked == ["beforeunload"]
