"""A real mail server on the loopback interface, and letters read as a person's mail program reads them."""

import json
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client

from keystead.jobs.letters import password_reset
from tests.support.world import PASSWORD


class Letterbox:
    """What the server has taken."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the interface is aiosmtpd's
        if self.refuses:
            return "451 come back later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def only(self) -> EmailMessage:
        (letter,) = self.letters
        return letter


@pytest.fixture(autouse=True)
def _folder_of_collected_files(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.STATIC_ROOT = tmp_path_factory.getbasetemp()  # the static file server warns when there is none


@pytest.fixture
def letterbox(settings: LazySettings) -> Iterator[Letterbox]:
    box = Letterbox()
    port = _free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    settings.BASE_URL = "http://testserver"
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    yield box
    server.stop()


def send_waiting_letters() -> int:
    """What the worker does with the letters that were asked for; returns how many jobs there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.letters', 'on', true)")
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'keystead.jobs.letters.password_reset'")
        asked = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'keystead.jobs.letters.password_reset'")
        cursor.execute("SELECT set_config('keystead.letters', '', true)")
    for words in asked:
        password_reset.func(**(json.loads(words) if isinstance(words, str) else words))
    return len(asked)


def confirm(client: Client, password: str = PASSWORD) -> None:
    """What somebody types when the product asks for the password once more."""
    answer = client.post("/auth/reauthenticate/", {"password": password, "next": "/"})
    assert answer.status_code == 302


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def part(letter: EmailMessage, kind: str) -> str:
    """The text or the HTML of a letter."""
    body = letter.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def link(letter: EmailMessage, place: str) -> str:
    """The path of the only address in the text that leads to this place; the HTML has the same one."""
    found = set(re.findall(rf"http://testserver({place}\S+)", part(letter, "plain")))
    (path,) = found
    assert f"http://testserver{path}" in part(letter, "html")
    return path
