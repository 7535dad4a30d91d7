"""What a page weighs in Chromium: requests, bytes over the wire, largest paint; with an empty cache and with a full one.

    python -m bench.weight

1440 by 900 pixels, no throttling.
"""

from typing import Any

from bench.browser import browsing
from bench.pages import addresses
from bench.place import databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("page", "cache", "requests", "kB sent", "largest paint ms", "loaded ms")
PAGES = ("home", "portfolio", "accounts", "account", "deals", "plans", "plan, largest")
_PAINT = """() => new Promise(done => {
  const last = list => done(list.getEntries().at(-1).startTime);
  new PerformanceObserver(last).observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(0), 2000);
})"""
_LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def measure(port: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    with browsing(port) as (browser, base, state):
        rows += [["sign-in", "empty", *_visit(browser.new_context(), f"{base}/auth/login/")]]
        for name in PAGES:
            context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
            rows += [[name, cache, *_visit(context, base + addresses()[name])] for cache in ("empty", "full")]
            context.close()
    return rows


def _visit(context: Any, url: str) -> list[Cell]:
    """Requests (those answered from the cache are none), kilobytes with headers, largest paint and load event."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sent: list[float] = []
    cached: list[str] = []
    wire.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    wire.on("Network.requestServedFromCache", lambda event: cached.append(event["requestId"]))
    page.goto(url, wait_until="load")
    paint = page.evaluate(_PAINT)
    loaded = page.evaluate(_LOADED)
    page.close()
    return [sum(size > 0 for size in sent), sum(sent) / 1000, float(paint), float(loaded)]


def main() -> None:
    with databases(1) as urls, serving(urls[1]) as (port, _):
        print(draw(HEADS, measure(port)))


if __name__ == "__main__":
    main()
