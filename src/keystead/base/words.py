"""Comparing words the way a person does: without case, accents or stray spaces."""

import re
import unicodedata

# Letters that carry a stroke or are joined have no decomposition in Unicode, yet people type them without it.
UNDECOMPOSED = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"}
_PLAIN = str.maketrans(UNDECOMPOSED)
_HOST = re.compile(r"(?:(?:[a-z]+:)?//)?+(?:[^/?#@]*@)?(?:www\.)?([^/:?#\[\]]+)", re.IGNORECASE)


def fold(text: str) -> str:
    """A form for matching, never for showing: `fold("  SÃO  Paulo ")` is `"sao paulo"`.

    Folding twice changes nothing. Invisible characters (zero-width space, soft hyphen, direction marks) go.
    """
    if text.isascii():  # most names are: no accents to take off, and nothing invisible
        return " ".join(text.lower().split())
    folded = _bare(_bare(text).casefold().translate(_PLAIN)).casefold()
    return " ".join(folded.split())


def host(website: str) -> str:
    """The site without what stands before and after its host: `"https://www.Acme.com/en"` is `"acme.com"`; "" where none is."""
    found = _HOST.match(website.strip())
    return fold(found[1]).rstrip(".") if found else ""


def _bare(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )
