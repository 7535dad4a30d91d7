"""A week's work without a mouse: a file in and out again, a plan approved, a person invited and removed, a token made."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from keystead.base import clock
from keystead.data.models import Account, ApiToken, Member, Plan
from keystead.domain.plans.approval import move
from keystead.domain.plans.editing import create_plan
from tests.journeys.exports import CRMS
from tests.journeys.journey import Journey
from tests.support.world import PASSWORD, World, account

WORKER_MS = 20_000  # that the worker has for a small file


@pytest.fixture
def at(world: World, journey: Journey) -> Callable[..., Journey]:
    """Somebody on a page of Northwind."""

    def goes(member: Member, name: str, *args: Any) -> Journey:
        assert member.user is not None
        journey.is_signed_in_as(member.user)
        journey.slug = "northwind"
        journey.goes_to(name, *args)
        return journey

    return goes


def presses(journey: Journey, target: Locator, key: str = "Enter") -> None:
    journey.tabs_to(target)
    journey.page.keyboard.press(key)


def submit(journey: Journey, name: str) -> Locator:
    return journey.page.locator("main").get_by_role("button", name=name, exact=True)


def test_olga_takes_a_file_in_and_out_again(world: World, at: Callable[..., Journey], worker: Callable[[], None]) -> None:
    journey = at(world.olga, "imports:new")
    page = journey.page
    with page.expect_file_chooser() as choosing:  # begun before the walk: a browser told at the last moment opens its own window
        journey.tabs_to(page.locator("input[type=file]"))
        page.keyboard.press("Enter")
    file: Any = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": CRMS["en"].accounts_file()}
    choosing.value.set_files(file)
    presses(journey, submit(journey, "Upload and read"))
    page.wait_for_url("**/columns/", timeout=WORKER_MS)
    presses(journey, submit(journey, "See what it changes"))
    commit = page.locator('form[action$="/commit/"] button')
    expect(commit).to_be_visible(timeout=WORKER_MS)
    presses(journey, commit)
    undo = page.locator('main a[href$="/undo/"]')
    expect(undo).to_be_visible(timeout=WORKER_MS)
    with world.inside():
        assert Account.objects.count() == 3
    presses(journey, undo)
    page.wait_for_url("**/undo/")
    presses(journey, submit(journey, "Undo the import"))
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible(timeout=WORKER_MS)
    worker()
    with world.inside():
        assert not Account.objects.exists()


def test_mona_approves_a_plan(world: World, at: Callable[..., Journey]) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = create_plan(viewer=world.alice, fields={"account": aurelia}, today=clock.today())
        move(plan=plan, verb="submit", viewer=world.alice, at=clock.now())
    journey = at(world.mona, "plans:detail", plan.pk)
    approve = submit(journey, "Approve")
    presses(journey, approve)
    dialog = journey.page.get_by_role("dialog", name="Approve the plan")
    expect(dialog).to_be_visible()
    journey.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(approve).to_be_focused()
    journey.page.keyboard.press("Enter")
    presses(journey, dialog.get_by_role("button", name="Approve", exact=True))
    expect(dialog).to_be_hidden()
    expect(journey.page.locator("main .chip", has_text="Approved").first).to_be_visible()
    with world.inside():
        assert Plan.objects.get().status == "approved"


def test_olga_invites_a_person_and_removes_her(world: World, at: Callable[..., Journey]) -> None:
    journey = at(world.olga, "member_new")
    page, keys = journey.page, journey.page.keyboard
    for label, text in (("Name", "Nora Nagel"), ("E-mail", "nora@northwind.example")):
        field = page.get_by_label(label)
        if not field.evaluate("element => element === document.activeElement"):
            journey.tabs_to(field)
        keys.type(text)
    presses(journey, submit(journey, "Add and invite"))
    expect(journey.heading).to_have_text("Nora Nagel")
    presses(journey, submit(journey, "Deactivate"))
    dialog = page.get_by_role("dialog")
    presses(journey, dialog.get_by_role("button", name="Deactivate", exact=True))
    expect(submit(journey, "Make active again")).to_be_visible()
    with world.inside():
        assert not Member.objects.get(name="Nora Nagel").is_active


def test_alice_makes_a_token_with_her_password_and_revokes_it(world: World, at: Callable[..., Journey]) -> None:
    journey = at(world.alice, "my_settings")
    page = journey.page
    form = page.locator('form[action$="/me/tokens/"]')
    journey.tabs_to(form.locator("input[name=name]"))
    page.keyboard.type("Nightly report")
    presses(journey, form.locator("input[name=scopes]").first, "Space")
    presses(journey, submit(journey, "Make a token"))
    expect(journey.heading).to_have_text("Your password, please")
    password = page.locator("input[type=password]")
    if not password.evaluate("element => element === document.activeElement"):
        journey.tabs_to(password)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("copy it now, it is not shown again")).to_be_visible()
    presses(journey, submit(journey, "Revoke for good").first)
    expect(page.get_by_text("None. A token lets a program do what you may do, until you revoke it.")).to_be_visible()
    with world.inside():
        assert ApiToken.objects.get().revoked_at is not None
