"""Every page, mail and sheet in a language made on the fly: what it leaves as it was cannot be translated."""

import calendar
import io
import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.models import Member
from keystead.documents import letters
from keystead.domain.workspace.demo.build import SLUG, build_demo
from tests.journeys.places import AT_THE_DOOR, own_pages, pages, things
from tests.support.pseudo import pseudo, pseudo_english, untranslated

# Names, codes, keys of the keyboard, days and what every language calls the same. Codes of currencies, initials.
MONTHS = "|".join([*calendar.month_name[1:], *calendar.month_abbr[1:], "Sept"])
NAMES = "Keystead|Demo|Ctrl|English|Español|Português|Brasil|SWOT|OpenID Connect"
HEX = r"\b(?=\w*\d)[0-9a-f]{4,}\b"  # of a fingerprint
SAME = re.compile(rf"{HEX}|\b(?:{MONTHS}|{NAMES})\b|[\w.]*@?[\w.]*\.example|\b\w+ \w+…|\b[A-Z]{{2,4}}\b|\b[a-z_]+ v\d+:")


@pytest.fixture
def demo(db: None) -> dict[str, Any]:
    workspace = build_demo(today=clock.today())
    with open_scope(workspace_id=workspace.pk):
        owner = Member.objects.select_related("user").get(role="owner")
        with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"via": "web"}):
            return {"owner": owner, "data": [workspace.name, *_data()], **things(owner)}


def _data() -> list[str]:
    """All that people have written, the longest first."""
    found: set[str] = set()
    for model in apps.get_app_config("keystead").get_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        if names and "Event" not in model.__name__:
            for row in model._default_manager.values_list(*names):
                found.update(value for value in row if isinstance(value, str) and re.search(r"[^\W\d_]{2}", value))
    found |= {zone.replace("_", " ") for zone in available_timezones()}
    return sorted(found - {"en", "es", "pt-br"}, key=len, reverse=True)


def test_the_made_up_language_keeps_what_is_filled_in() -> None:
    assert pseudo("%(n)s rows of {{ x }}").startswith("⟦%(n)s ")
    assert len(pseudo("Save the changes")) >= 1.4 * len("Save the changes")


def test_no_page_has_words_that_cannot_be_translated(demo: dict[str, Any]) -> None:
    client, nobody, found = Client(), Client(), []
    client.force_login(demo["owner"].user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = nobody.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    inside = [*pages(client, SLUG, demo), *own_pages(client)]
    outside = [(name, reverse(name)) for name in AT_THE_DOOR if name != "gallery"]
    with pseudo_english():
        for who, places in ((client, inside), (nobody, outside)):
            for name, path in places:
                html = who.get(path, headers={"Accept-Language": "en"}).content.decode()
                assert "⟦" in html, name
                found += [f"{name}: {text}" for text in untranslated(html, demo["data"], SAME)]
    assert not found, "\n".join(found)


def test_the_one_page_has_no_words_that_cannot_be_translated(demo: dict[str, Any]) -> None:
    client = Client()
    client.force_login(demo["owner"].user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with pseudo_english():
        sheet = client.get(reverse("plans:one_page", args=[SLUG, demo["plans:pk"]]), headers={"Accept-Language": "en"})
    assert sheet.headers["Content-Type"] == "application/pdf"
    text = " ".join(PdfReader(io.BytesIO(sheet.content)).pages[0].extract_text().split())
    assert text.count("~") > 20
    text = re.sub(r"(?:⟦[^⟦⟧]*|[^⟦⟧…]{0,60})…(?![^⟦⟧]*⟧)", "·", text)  # what did not fit its line
    assert untranslated(text, demo["data"], SAME) == []


def test_no_letter_has_words_that_cannot_be_translated(mailoutbox: list[EmailMultiAlternatives]) -> None:
    filled = {
        "name": "Mona Nagel", "inviter": "Helena Duarte", "workspace_name": "Northlight", "url": "https://k.example/1", "days": 7,
        "user": {"name": "Mona Nagel", "email": "mona@northlight.example"}, "password_reset_url": "https://k.example/2",
    }  # fmt: skip
    folder = Path(get_template("mail/layout.html").origin.name).parent
    names = sorted(path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt"))
    assert len(names) >= 2
    with pseudo_english():
        for name in names:
            assert letters.send(to="mona@northlight.example", letter=name, language="en", context=filled)
    own = [value for value in filled.values() if isinstance(value, str)] + ["Mona Nagel"]
    for name, sent in zip(names, mailoutbox, strict=True):
        page = re.sub(r"</?b>", "", str(sent.alternatives[0].content))  # inside a sentence
        for text in (sent.subject, sent.body, page):
            assert "⟦" in text, name
            assert untranslated(text, sorted(own, key=len, reverse=True), SAME) == [], name
