"""In a browser: a session that ended while somebody typed costs a sign-in, and nothing that was typed."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from keystead.data.models import Account
from tests.journeys.journey import Journey, Opens
from tests.support.world import PASSWORD, World

HERE_AGAIN = {"en": "is here again", "pt-br": "está aqui de novo", "es": "está aquí de nuevo"}


def signed_in(world: World, journey: Journey, name: str) -> Page:
    user = getattr(world, name).user
    assert user is not None
    journey.is_signed_in_as(user)
    journey.slug = "northwind"
    return journey.page


def signs_in_again(journey: Journey, email: str) -> None:
    page = journey.page
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_load_state()
    journey.complaints = [one for one in journey.complaints if "401" not in one and "403" not in one]


@pytest.mark.parametrize("language", ["en", "pt-br", "es"])
def test_what_was_typed_into_a_form_is_there_again_after_signing_in(
    world: World, aurelia: Account, opens: Opens, language: str
) -> None:
    journey = opens(language=language)
    page = signed_in(world, journey, "alice")
    journey.goes_to("accounts:edit", aurelia.pk)
    page.locator("[name=industry]").fill("Frozen <b>food</b> – peças")
    page.locator("[name=segment_current]").select_option(index=1)
    chosen = page.locator("[name=segment_current]").input_value()
    Session.objects.all().delete()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/auth/login/**")
    assert world.alice.user is not None
    signs_in_again(journey, world.alice.user.email)
    journey.arrives(journey.address("accounts:edit", aurelia.pk))
    expect(page.locator("#toasts")).to_contain_text(HERE_AGAIN[language])
    expect(page.locator("[name=industry]")).to_have_value("Frozen <b>food</b> – peças")
    expect(page.locator("[name=segment_current]")).to_have_value(chosen)
    page.locator("main form button[type=submit]").first.click()
    journey.arrives(journey.address("accounts:detail", aurelia.pk))
    journey.goes_to("accounts:edit", aurelia.pk)
    expect(page.locator("[name=industry]")).to_have_value("Frozen <b>food</b> – peças")
    expect(page.locator("#toasts")).to_be_empty()


def test_another_person_at_the_same_tab_is_not_shown_what_was_typed(world: World, aurelia: Account, journey: Journey) -> None:
    page = signed_in(world, journey, "alice")
    journey.goes_to("accounts:edit", aurelia.pk)
    page.locator("[name=industry]").fill("Only for Alice")
    Session.objects.all().delete()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/auth/login/**")
    assert world.olga.user is not None
    signs_in_again(journey, world.olga.user.email)
    journey.goes_to("accounts:edit", aurelia.pk)
    expect(page.locator("[name=industry]")).to_have_value("Food")
    assert "Only for Alice" not in (page.evaluate("JSON.stringify(sessionStorage)") or "")


def test_a_cell_and_a_part_of_a_page_lead_to_the_sign_in_page_and_back(world: World, aurelia: Account, journey: Journey) -> None:
    page = signed_in(world, journey, "alice")
    journey.goes_to("accounts:list")
    Session.objects.all().delete()
    page.locator("tbody tr[data-can] td[tabindex], tbody tr[data-can] td").nth(3).click()
    page.keyboard.press("F2")
    page.wait_for_url("**/auth/login/**")
    assert world.alice.user is not None
    signs_in_again(journey, world.alice.user.email)
    journey.arrives(journey.address("accounts:list"))


def test_a_part_asked_for_beside_a_half_filled_form_does_not_lose_it(world: World, aurelia: Account, journey: Journey) -> None:
    page = signed_in(world, journey, "alice")
    journey.goes_to("accounts:edit", aurelia.pk)
    page.locator("[name=industry]").fill("Half")
    Session.objects.all().delete()
    page.keyboard.press("Control+k")
    page.wait_for_url("**/auth/login/**")
    assert world.alice.user is not None
    signs_in_again(journey, world.alice.user.email)
    journey.arrives(journey.address("accounts:edit", aurelia.pk))
    expect(page.locator("[name=industry]")).to_have_value("Half")
