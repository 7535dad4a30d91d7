"""In which encoding a text file is written. The whole file is looked at, a piece at a time."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading.limits import MEBI, Limits

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# What the three languages and their neighbours write beyond ASCII: the usual letters, and the possible signs.
_USUAL = frozenset("áàâãäéèêëíóôõöúüçñßåøæÁÀÂÃÄÉÊÍÓÔÕÖÚÜÇÑºª€“”‘’–¿¡°")
_POSSIBLE = frozenset("ìîïòœùûýÿÅÆÈËÌÎÏÒØŒÙÛÝ£§©®™·—«»…•²³½ \u00a0")
_ODD = re.compile(rb"[\x80-\xff]")
_WESTERN = ("cp1252", "cp850", "mac_roman")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, and whether some bytes of the file do not fit it (they are then reported in their
    cells).
    """

    name: str
    damaged: bool = False

    @property
    def errors(self) -> str:
        return "surrogateescape" if self.damaged and self.name.startswith("utf-8") else "replace"

    def damage_in(self, text: str) -> bool:
        """Whether the text was decoded with gaps. A clean UTF-8 file may hold the sign of a gap as text of
        its own.
        """
        if text.isascii() or (self.name.startswith("utf-8") and not self.damaged):
            return False
        if self.errors == "replace":
            return "\ufffd" in text
        return any("\udc80" <= character <= "\udcff" for character in text)


def named_encoding(name: str) -> Encoding:
    """The encoding a person chose. Raises CannotRead encoding_unknown."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        raise CannotRead("encoding_unknown", encoding=name[:40]) from None
    if not getattr(info, "_is_text_encoding", True) or info.name in ("idna", "punycode", "undefined"):
        raise CannotRead("encoding_unknown", encoding=name[:40])
    return Encoding("utf-8-sig" if info.name == "utf-8" else info.name, damaged=True)


def find_encoding(path: Path, limits: Limits) -> Encoding:
    """BOM, then UTF-16 by its zero bytes, then strict UTF-8 over the whole file, then what the odd bytes
    look like.
    """
    with path.open("rb") as file:
        sample = file.read(limits.sample_bytes)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return Encoding(name, damaged=name == "utf-8-sig" and not _is_utf8(path))
    if wide := _without_bom(sample):
        return Encoding(wide)
    if _is_utf8(path):
        return Encoding("utf-8")
    odd = _odd_bytes(path, limits)
    return Encoding("utf-8", damaged=True) if _mostly_utf8(odd) else Encoding(_single_byte(odd))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(MEBI):
            yield piece


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for piece in _pieces(path):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_bom(sample: bytes) -> str | None:
    """UTF-16 betrays itself: in Western text every second byte is zero. Stray zeros are not that many."""
    head = sample[:65_536]
    even, odd, half = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if not half or max(even, odd) < half * 0.4:
        return None
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else None


def _odd_bytes(path: Path, limits: Limits) -> bytes:
    """The lines that have bytes beyond ASCII, from the whole file, up to a quarter of a sample."""
    enough = limits.sample_bytes // 4
    found: list[bytes] = []
    size = 0
    for piece in _pieces(path):
        end = 0
        while (odd := _ODD.search(piece, end)) and size < enough:
            start = max(end, piece.rfind(b"\n", 0, odd.start()) + 1, odd.start() - enough)
            end = piece.find(b"\n", odd.end()) + 1 or len(piece)
            found.append(piece[start : min(end, start + enough)])
            size += len(found[-1])
    return b"".join(found)


def _mostly_utf8(odd: bytes) -> bool:
    """Whether nearly all bytes beyond ASCII are good UTF-8: then the rest is damage, not another encoding."""
    beyond = sum(byte > 127 for byte in odd)
    text = odd.decode("utf-8", "ignore")
    good = sum(len(character.encode()) for character in text if ord(character) > 127)
    return beyond > 0 and good >= 0.8 * beyond


def _single_byte(odd: bytes) -> str:
    """The likeliest single-byte encoding. Western ones are told apart by which letters come out of them."""
    runs = re.findall(rb"[\x80-\xff]+", odd)
    scores = [(_western_share(odd, name), name) for name in _WESTERN]
    share, likeliest = max(scores, key=lambda score: score[0])
    # Western letters beyond ASCII stand alone and others do not; but what reads as usual letters throughout is left at that.
    if share < 1 and sum(map(len, runs)) > 2 * len(runs):
        guess = from_bytes(odd[:32_768]).best()
        if guess and guess.encoding not in ("ascii", "utf_8"):
            return guess.encoding
    return likeliest


def _western_share(odd: bytes, name: str) -> float:
    text = odd.decode(name, "replace")
    beyond = [character for character in text if ord(character) > 127]
    points = sum(1.0 if c in _USUAL else 0.4 if c in _POSSIBLE else 0.0 for c in beyond)
    # A capital in the middle of a lower-case word is a sign of the wrong table.
    strange = len(re.findall(r"[a-z][À-ÖØ-Þª°º§€“”‘’–](?=[a-z])", text))
    return (points - strange) / max(len(beyond), 1)
