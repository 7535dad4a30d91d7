"""A language made on the fly: every message accented, forty percent longer, in brackets. What is not was not translated."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import trans_real

PLAIN = "aeiouyAEIOUncs"
ACCENTED = "áéíóúýÁÉÍÓÚñçš"
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]*>|&\w+;|\n)")  # what is filled in, marked up or counted
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
SPOKEN = ("title", "aria-label", "placeholder", "alt", "aria-roledescription", "aria-valuetext", "label")
SILENT = ("script", "style", "code", "kbd", "textarea", "svg")


def pseudo(message: str) -> str:
    """'Save it' → '⟦Šávé ít ~~~⟧': what is filled in stays as it is."""
    if not message.strip():
        return message
    parts = KEPT.split(message)
    table = str.maketrans(PLAIN, ACCENTED)
    drawn = "".join(part if at % 2 else part.translate(table) for at, part in enumerate(parts))
    return f"⟦{drawn} {'~' * max(1, round(len(message) * 0.4) - 2)}⟧"


class Pseudo(trans_real.DjangoTranslation):
    """English, spoken strangely."""

    def gettext(self, message: str) -> str:
        return pseudo(message.rpartition("\x04")[2]) if message else super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo((msgid1 if n == 1 else msgid2).rpartition("\x04")[2])


@contextmanager
def pseudo_english() -> Iterator[None]:
    """As long as it lasts, English is the made-up language. Formats of numbers and days stay English."""
    before: dict[str, Any] = dict(trans_real._translations)
    trans_real._translations["en"] = Pseudo("en")
    try:
        yield
    finally:
        trans_real._translations.clear()
        trans_real._translations.update(before)


class Texts(HTMLParser):
    """The texts of a page and of its attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        has = dict(attrs)
        if has.get("type") in ("submit", "button") and tag == "input":
            self.found.append(has.get("value") or "")
        self.found += [value for name, value in attrs if value and (name in SPOKEN or name.startswith("data-said"))]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def untranslated(html: str, data: list[str], words: re.Pattern[str]) -> list[str]:
    """Texts of the page that hold words which are in no bracket, no data and none of the words that every language has."""
    reader = Texts()
    reader.feed(html.replace("<wbr>", ""))  # an address may break there; it is one word still
    left = {text: _bare(text, data, words) for text in {" ".join(text.split()) for text in reader.found}}
    words_left = {text: re.findall(r"[^\W\d_]{2,}", rest) for text, rest in left.items()}
    return sorted(f"{' '.join(rest)[:120]} in {text[:90]}" for text, rest in words_left.items() if rest)


def _bare(text: str, data: list[str], words: re.Pattern[str]) -> str:
    if not re.search(r"[^\W\d_]{2,}", text):
        return ""
    for one in data:
        if one in text:
            text = text.replace(one, "·")
    while BRACKETED.search(text):
        text = BRACKETED.sub("·", text)
    return words.sub("·", text.replace("⟦", "·").replace("⟧", "·"))
