import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.base.words import fold, host


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("São Paulo", "SAO PAULO"),
        ("  Aurelia\u00a0 Foods\tGroup\n", "aurelia foods group"),
        ("Straße", "STRASSE"),
        ("København", "kobenhavn"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "Finance"),
        ("GTX\u200bPro", "gtxpro"),
        ("\uff2b\uff45\uff59", "key"),
        ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
    ],
)
def test_words_match_without_case_accents_and_stray_spaces(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant)


def test_different_words_stay_different() -> None:
    assert fold("GTX Pro") != fold("GTXPro")
    assert fold("Acme") != fold("Acne")
    assert fold("हिन्दी") != fold("हन्द")  # vowel signs are letters, not accents


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_all_others_do(text: str) -> None:
    assert fold(text) == fold(text + "é").removesuffix("e").rstrip()


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text(alphabet=" \t\n\u00a0"))
def test_surrounding_space_never_matters(text: str, space: str) -> None:
    assert fold(space + text + space) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_match(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("site", "found"),
    [
        ("https://www.Acme.com/en?x=1", "acme.com"), ("acme.com", "acme.com"), ("http://acme.com:8080", "acme.com"), ("", ""),
        ("https://[oops", ""), ("HTTPS://SHOP.Acme.com", "shop.acme.com"), ("acme.com.", "acme.com"),
        ("//acme.com/a", "acme.com"),
        ("https://me:word@www.acme.com", "acme.com"), (" Ácme.example ", "acme.example"),
    ],
)  # fmt: skip
def test_a_web_address_is_known_by_its_host(site: str, found: str) -> None:
    assert host(site) == found
