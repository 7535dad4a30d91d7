"""One definition of folding: what Python compares and what the database keeps are folded alike, letter by letter."""

import unicodedata

from django.db import connection

from keystead.base.words import fold
from keystead.domain.find.asking import read, words_of
from tests.support.world import World


def sql(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT keystead_fold(%s)", [text])
        return str(cursor.fetchone()[0])


def test_every_letter_of_the_living_scripts_is_folded_alike(world: World) -> None:
    """All of the first plane, each between two letters so that spaces count too."""
    letters = [chr(code) for code in range(1, 0xFFFE) if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) != "Cn"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT letter FROM unnest(%s::text[], %s::text[]) AS t(letter, folded)"
            " WHERE keystead_fold('x' || letter || 'y') <> folded",
            [letters, [fold(f"x{letter}y") for letter in letters]],
        )
        assert [hex(ord(row[0])) for row in cursor.fetchall()] == []


def test_names_as_people_write_them_are_folded_alike(world: World) -> None:
    for name in (
        "  SÃO  Paulo ",
        "Straße",
        "ŁÓDŹ",
        "Ærø Brændstof",
        "İstanbul",
        "ΑΘΉΝΑΣ",
        "Société Générale\u00a0S.A.",
        "ﬁn",
        "Ｆｕｌｌ",
    ):
        assert sql(name) == fold(name)
    assert sql("SÃO  Straße Çelik") == "sao strasse celik"


def test_a_name_is_kept_by_its_whole_its_words_and_its_initials(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT keystead_find_terms(%s, '', true)", ["O'Brien & Söhne"])
        assert sorted(set(cursor.fetchone()[0])) == ["#obs", "^o brien sohne", "brien", "obrien", "sohne"]


def test_what_is_typed_is_taken_apart_as_the_names_were() -> None:
    asked = read("  O'Brien &  Söhne\x00 ")
    assert asked.phrase == "o brien sohne"
    assert [chunk.joined.typed for chunk in asked.chunks] == ["obrien", "sohne"]
    assert words_of("Coca-Cola, S.A.") == ["coca", "cola", "s", "a"]


def test_marks_and_spaces_alone_ask_for_nothing() -> None:
    for text in ("", "   ", "'", "%_", "–", "\x00", "\ud800"):
        assert read(text).chunks == ()
