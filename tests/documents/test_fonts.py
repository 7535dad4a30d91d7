import importlib.util
from collections.abc import Iterator

import pytest

from keystead.documents import fonts
from keystead.documents.fonts import default_fonts, load
from keystead.documents.one_page import one_page_pdf
from tests.documents.pages import AURELIA, WORLD
from tests.documents.reading import fonts_of, text_of


@pytest.fixture
def no_font_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    default_fonts.cache_clear()
    yield
    default_fonts.cache_clear()


def test_the_page_is_set_in_inter_and_nothing_else_when_the_text_is_latin() -> None:
    assert default_fonts().families[0] == "Inter"
    assert fonts_of(one_page_pdf(AURELIA, paper="a4")) == {"Inter"}


def test_other_scripts_are_set_in_noto_and_come_out_as_text() -> None:
    pdf = one_page_pdf(WORLD, paper="a4")

    assert {"Inter", "NotoEmoji", "NotoSansArabic", "NotoSansHebrew"} <= fonts_of(pdf)
    for word in ("🚀", "👩", "Πελάτης", "Клиент", "Łódź"):
        assert word in text_of(pdf)
    assert set("شركة") <= set(text_of(pdf))
    assert set("מזון") <= set(text_of(pdf))


@pytest.mark.usefixtures("no_font_packages")
def test_without_font_packages_the_page_is_still_made() -> None:
    assert "Aurelia" in text_of(one_page_pdf(AURELIA, paper="letter"))


def test_the_typesetters_own_serif_is_enough() -> None:
    bare = load([], with_machine_fonts=False)
    pdf = one_page_pdf(AURELIA, paper="a4", fonts=bare)

    assert bare.families == ("Libertinus Serif",)
    assert "LibertinusSerif" in fonts_of(pdf)
    assert "Becomethecold-chainpartner" in text_of(pdf)


def test_the_font_packages_are_installed() -> None:
    assert all(importlib.util.find_spec(name) for name in ("fontpkg_inter", "manimgx_fonts"))
