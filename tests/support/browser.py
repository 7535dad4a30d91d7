"""One Chromium for the tests that look at pages: how it is found and started, and the sizes and rules that pages are held to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, ViewportSize, sync_playwright

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']}"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

# A test needs no network but ours, no window, and no graphics card played by the processor.
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-software-rasterizer",
]  # fmt: skip


def chromium() -> str:
    """The path of the browser: KEYSTEAD_CHROMIUM's, else the first one that is installed."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("KEYSTEAD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or "/usr/bin/chromium"


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser; as root only without its sandbox, which needs another user."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def for_tests() -> Iterator[Browser]:
    """While Playwright runs, its loop would keep other tests from starting one of their own: closed as soon as nobody needs it.

    Django refuses queries in a thread with a running loop unless told that it is no danger, and holds the connections made
    there apart from those before and after.
    """
    with pytest.MonkeyPatch.context() as patch, launched() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser
        connections.close_all()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with for_tests() as browser:
        yield browser
