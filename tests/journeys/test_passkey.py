"""A passkey in a real browser: made, used instead of the password, and taken away. The browser's own test device answers."""

import re

from playwright.sync_api import Browser, expect

from tests.support.world import PASSWORD, World

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
# Once, as when somebody closes the browser's question.
REFUSES = """() => {
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = function () {
    CredentialsContainer.prototype.get = get;
    return Promise.reject(new DOMException("refused", "NotAllowedError"));
  };
}"""


def test_alice_makes_a_passkey_and_signs_in_with_nothing_else(world: World, browser: Browser, live_server: object) -> None:
    place = str(getattr(live_server, "url", "")).replace("127.0.0.1", "localhost")  # a bare address can have no passkeys
    context = browser.new_context(base_url=place)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto("/auth/login/")
    page.fill("input[name=login]", world.alice.email or "")
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/northwind/")

    page.goto("/auth/steps/webauthn/add/")
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/webauthn/add/")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator(".codes code")).to_have_count(10)

    context.clear_cookies()
    page.goto("/auth/login/?next=/w/northwind/accounts/")
    button = page.get_by_role("button", name="Sign in with a passkey")
    page.evaluate(REFUSES)
    button.click()
    expect(page.get_by_role("alert").filter(has_text="Try again when you are ready")).to_be_visible()
    expect(button).to_be_enabled()
    expect(button).not_to_have_class(re.compile("is-busy"))
    button.click()
    page.wait_for_url(f"{place}/w/northwind/accounts/")
    page.goto("/auth/steps/")
    expect(page.get_by_role("heading", name="Passkey 1")).to_be_visible()
    context.close()


def test_at_a_bare_address_no_passkey_is_offered(world: World, browser: Browser, live_server: object) -> None:
    context = browser.new_context(base_url=str(getattr(live_server, "url", "")).replace("localhost", "127.0.0.1"))
    page = context.new_page()
    page.goto("/auth/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_text("Sign in with a passkey")).to_be_hidden()
    context.close()
