"""What open pages cost: memory, processor and connections of the web process while browsers listen, and how soon they hear.

    python -m bench.live [--streams 0,50,200,1000]

Each stream is a browser of its own that has a portfolio and the list of deals open. A deal is changed again and again; *heard* is
the time from before that statement until a stream has been told. Pages are asked for while the streams are open. Linux only.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from bench.client import Client
from bench.cpu import below, spent
from bench.place import DATA, SLUG, databases, environment
from bench.server import _await, free_port
from bench.setting import ROOT
from bench.table import Cell, Times, draw

HEADS = (
    "streams", "web PSS MB", "idle ms/s", "connections", "heard median ms", "heard p95 ms", "change ms of processor",
    "page ms of processor",
)  # fmt: skip
IDLE_S = 10.0
CHANGES = 10
PAGES = 30
OURSELVES = "bench"
OF_ONE = 20  # streams that one login may have


class Browser:
    """One stream. `heard` are the moments at which it was told of a change."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.heard: list[float] = []
        self.is_open = asyncio.Event()

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        path = f"/live?topics={SLUG}/portfolio,{SLUG}/deals"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                if line == b"event: hello\n":
                    self.is_open.set()
                elif line == b"event: touched\n":
                    self.heard.append(time.perf_counter())
        finally:
            writer.close()


def measure(url: str, sizes: Sequence[int]) -> list[list[Cell]]:
    given = environment(url, "app")
    os.environ.update(given | {"PGAPPNAME": OURSELVES, "DJANGO_SETTINGS_MODULE": "keystead.config.settings"})
    import django

    django.setup()
    workspace, cookies, users = _people(-(-max(sizes) // OF_ONE) + 1)
    try:
        with _web(given) as (port, pid):
            return [asyncio.run(_with(streams, port, pid, workspace, cookies)) for streams in sizes]
    finally:
        _send_away(workspace, users)


@contextmanager
def _web(given: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The web process as it is run: the port and the process id."""
    from keystead.config import process

    port, log = free_port(), DATA / "web.log"
    command: list[str | Path] = [sys.executable, "-m", "keystead", "web", "--port", str(port)]
    child = process.spawn(command, log=log, env=given, cwd=ROOT)
    try:
        _await(port, child, log)
        yield port, child.pid
    finally:
        process.stop(child, (signal.SIGTERM, 10.0))


async def _with(streams: int, port: int, pid: int, workspace: UUID, cookies: list[str]) -> list[Cell]:
    browsers = [Browser(port, cookies[place // OF_ONE]) for place in range(streams)]
    listening = [asyncio.create_task(browser.listen()) for browser in browsers]
    await asyncio.gather(*(browser.is_open.wait() for browser in browsers))
    await asyncio.sleep(1.0)
    web = [pid, *below(pid)]
    begun = spent(web)
    await asyncio.sleep(IDLE_S)
    idle = (spent(web) - begun) / IDLE_S
    heard, told = await _changes(browsers, web, workspace)
    page = await asyncio.to_thread(_pages, port, web, cookies[-1])
    row: list[Cell] = [streams, _pss(web), idle, await asyncio.to_thread(_connections), heard.median if heard.taken else None]
    row += [heard.p95 if heard.taken else None, told if streams else None, page]
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return row


async def _changes(browsers: list[Browser], web: list[int], workspace: UUID) -> tuple[Times, float]:
    heard, before = Times(), spent(web)
    for _ in range(CHANGES):
        for browser in browsers:
            browser.heard.clear()
        begun = time.perf_counter()
        await asyncio.to_thread(_change, workspace)
        await asyncio.sleep(1.5)
        heard.taken += [(browser.heard[0] - begun) * 1000 for browser in browsers if browser.heard]
        if missed := sum(not browser.heard for browser in browsers):
            raise SystemExit(f"{missed} of {len(browsers)} streams were not told.")
    return heard, (spent(web) - before) / CHANGES


def _pages(port: int, web: list[int], cookie: str) -> float:
    """Milliseconds of processor that the list of deals costs the web process."""
    client = Client(port)
    client._cookies = dict([cookie.split("=", 1)])
    client.ask(f"/w/{SLUG}/deals/")
    begun = spent(web)
    for _ in range(PAGES):
        client.ask(f"/w/{SLUG}/deals/")
    return (spent(web) - begun) / PAGES


def _change(workspace: UUID) -> None:
    from keystead.base.scope import open_scope
    from keystead.data.models import Deal

    with open_scope(workspace_id=workspace):
        deal = Deal.objects.order_by("pk").first()
        assert deal
        Deal.objects.filter(pk=deal.pk).update(lost_reason=uuid4().hex[:8])


def _people(count: int) -> tuple[UUID, list[str], list[int]]:
    """Viewers with a session each: the workspace, their cookies, their logins."""
    from django.conf import settings
    from django.test import Client as Visitor

    from keystead.base.scope import open_scope
    from keystead.data.models import Member, User
    from keystead.domain.workspace.membership import workspace_at

    workspace = workspace_at(SLUG)
    cookies, users = [], []
    for _ in range(count):
        user = User.objects.create_user(f"live-{uuid4().hex[:12]}@{SLUG}.bench.example")
        with open_scope(workspace_id=workspace):
            Member.objects.create(name="Live", email=user.email, role="viewer", user=user)
        visitor = Visitor()
        visitor.force_login(user)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={visitor.cookies[settings.SESSION_COOKIE_NAME].value}")
        users.append(user.pk)
    return workspace, cookies, users


def _send_away(workspace: UUID, users: list[int]) -> None:
    from keystead.base.scope import open_scope
    from keystead.data.models import Member, User

    with open_scope(workspace_id=workspace):
        Member.objects.filter(user_id__in=users).delete()
    User.objects.filter(pk__in=users).delete()


def _connections() -> int:
    """The web process's connections to the database, ours left out."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND application_name <> %s",
            [OURSELVES],
        )
        return int(cursor.fetchone()[0])


def _pss(pids: list[int]) -> float:
    """Megabytes, shared pages divided among those who share them."""
    maps = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(int(line.split()[1]) for text in maps for line in text.splitlines() if line.startswith("Pss:")) / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", default="0,50,200,1000", help="how many at a time, with commas")
    sizes = [int(size) for size in parser.parse_args(arguments).streams.split(",")]
    with databases(1) as urls:
        print(draw(HEADS, measure(urls[1], sizes)))


if __name__ == "__main__":
    DATA.mkdir(parents=True, exist_ok=True)
    main()
