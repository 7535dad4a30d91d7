"""Chromium for the benches that look at pages as a person does, signed in as the owner."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.generate import PASSWORD
from bench.place import SLUG


@contextmanager
def browsing(port: int) -> Iterator[tuple[Any, str, Any]]:
    """The browser, the server's address, and the cookies of somebody who is signed in there."""
    from playwright.sync_api import sync_playwright

    base = f"http://127.0.0.1:{port}"
    flags = ["--disable-gpu", "--enable-precise-memory-info", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path = os.environ.get("KEYSTEAD_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser, base, _signed_in(browser, base)
        browser.close()


def _signed_in(browser: Any, base: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/auth/login/")
    page.fill("input[name=login]", f"owner@{SLUG}.bench.example")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    state = context.storage_state()
    context.close()
    return state
