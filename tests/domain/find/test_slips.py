"""Slips of the finger against a slow twin: every beginning of the word, every way of editing."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.data.models import FindWord
from keystead.domain.find.forgetting import forget_words
from keystead.domain.find.slips import bits, distance, edits_allowed, other_spellings
from tests.support.world import World, account

LETTERS = st.text("abcé", min_size=1, max_size=9)


def slow_distance(typed: str, word: str) -> int:
    """Optimal string alignment by its definition, smallest over all beginnings of the word."""

    @cache
    def between(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        best = min(between(i - 1, j) + 1, between(i, j - 1) + 1, between(i - 1, j - 1) + (typed[i - 1] != word[j - 1]))
        if i > 1 and j > 1 and typed[i - 1] == word[j - 2] and typed[i - 2] == word[j - 1]:
            best = min(best, between(i - 2, j - 2) + 1)
        return best

    return min(between(len(typed), end) for end in range(len(word) + 1))


@given(typed=LETTERS, word=LETTERS, most=st.integers(1, 2))
def test_the_distance_is_that_of_its_definition(typed: str, word: str, most: int) -> None:
    assert min(distance(typed, word, most), most + 1) == min(slow_distance(typed, word), most + 1)


@given(typed=st.text("abcdefgh", min_size=4, max_size=12), word=st.text("abcdefgh", min_size=3, max_size=12))
def test_the_sieve_lets_every_near_word_through(typed: str, word: str) -> None:
    edits = edits_allowed(typed)
    if slow_distance(typed, word) <= edits:
        assert len(word) >= len(typed) - edits
        assert (bits(word[:4]) & ~bits(typed[: 4 + edits])).bit_count() <= edits
        assert (bits(typed[: 8 - edits]) & ~bits(word[:8])).bit_count() <= edits


@pytest.mark.parametrize(
    ("typed", "edits"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("a1b2c3d4", 0), ("2026", 0)]
)
def test_short_words_and_numbers_forgive_nothing(typed: str, edits: int) -> None:
    assert edits_allowed(typed) == edits


def test_words_are_learnt_when_a_name_comes_in_or_changes(world: World) -> None:
    with world.inside():
        made = account("Aurelia Foods")
        assert other_spellings(["aurelai", "fods", "zzzz"]) == {"aurelai": ("aurelia",), "fods": ("foods",)}
        type(made).objects.filter(pk=made.pk).update(name="Meridian Foods")
        assert other_spellings(["meridain"]) == {"meridain": ("meridian",)}


def test_the_words_of_another_workspace_are_not_known(world: World) -> None:
    with world.inside():
        account("Aurelia Foods")
    with world.inside(world.charlie):
        found: dict[str, Any] = other_spellings(["aurelai"])
    assert found == {}


def test_words_that_no_name_holds_any_more_are_forgotten(world: World) -> None:
    with world.inside():
        account("Coca-Cola Iberia")
        gone = account("Zeppelin Werke")
        words = set(FindWord.objects.values_list("word", flat=True))
        FindWord.objects.create(word="iberia", first4=0, first8=0)  # two people brought it in at once
        gone.delete()
        assert forget_words() >= 3
        assert words - set(FindWord.objects.values_list("word", flat=True)) == {"zeppelin", "werke"}
        assert FindWord.objects.filter(word="iberia").count() == 1
        assert forget_words() == 0
