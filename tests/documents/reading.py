"""Reading a printed page back: its text as a person would copy it, and its pixels as a person would see them."""

import io
from collections.abc import Iterator

import pypdfium2
from pypdf import PdfReader

Colour = tuple[int, int, int]


def plain(text: str) -> str:
    """Without any white space or zero-width break, which depend on where lines happen to end."""
    return "".join(text.split()).replace("\u200b", "")


def text_of(pdf: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def fonts_of(pdf: bytes) -> set[str]:
    """Families embedded in the first page, without their subset prefix."""
    resources = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    return {str(font["/BaseFont"]).split("+")[-1].split("-")[0] for font in fonts}


class Picture:
    """The first page drawn at two pixels per point."""

    def __init__(self, pdf: bytes) -> None:
        bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=2, rev_byteorder=True)
        self.width, self.height = bitmap.width, bitmap.height
        self._stride, self._step = bitmap.stride, bitmap.n_channels
        self._bytes = bytes(bitmap.buffer)

    def pixel(self, x: int, y: int) -> Colour:
        at = y * self._stride + x * self._step
        return self._bytes[at], self._bytes[at + 1], self._bytes[at + 2]

    def row(self, y: int) -> Iterator[Colour]:
        return (self.pixel(x, y) for x in range(self.width))

    def is_blank(self, x: range, y: range) -> bool:
        return all(self.pixel(column, line) == (255, 255, 255) for line in y for column in x)
