"""`base.words.fold` as a SQL function: what an index holds and what Python compares are folded alike.

The letters are taken from Python's own tables, so that there is one definition; a test compares the two letter by letter.
"""

import unicodedata
from collections.abc import Callable, Iterable

from keystead.base.words import UNDECOMPOSED, fold

# What stands between words beside the space. An id or an address is split at these, and kept joined as well.
SEPARATORS = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum()) + "¡¦§©«¬®°±¶·»¿×÷†‡•‘’‚“”„‹›–—―…′″€"


def fold_function() -> str:
    """CREATE FUNCTION keystead_fold(text): immutable, quick for plain letters."""
    letters = _letters()
    single = {letter: folded for letter, folded in letters.items() if len(folded) == 1}
    longer = {letter: folded for letter, folded in letters.items() if len(folded) > 1}
    spelled = "t"
    for letter, folded in longer.items():
        spelled = f"replace({spelled}, '{letter}', '{folded}')"
    return f"""
    CREATE OR REPLACE FUNCTION keystead_fold(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE t text := given;
    BEGIN
      IF octet_length(t) <> length(t) THEN
        t := normalize(t, NFKD);
        IF octet_length(t) <> length(t) THEN
          t := regexp_replace(t, '[{_ranges(_is_dropped)}]', '', 'g');
          t := translate({spelled}, '{"".join(single)}', '{"".join(single.values())}');
        END IF;
      END IF;
      t := lower(t COLLATE "C");
      IF t ~ '  |[{_ranges(lambda character: character.isspace() and character != " ")}]' THEN
        t := regexp_replace(t, '[{_ranges(str.isspace)}]+', ' ', 'g');
      END IF;
      RETURN btrim(t, ' ');
    END $$;
    """


def _characters() -> Iterable[str]:
    """Where letters and marks live: the first two planes, and the invisible tags. The rest are ideographs, folded by nobody."""
    return (chr(code) for code in (*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)))


def _is_dropped(character: str) -> bool:
    return unicodedata.combining(character) != 0 or unicodedata.category(character) == "Cf"


def _letters() -> dict[str, str]:
    """What is folded to something else though it has no decomposition: most of it capitals of other alphabets."""
    alone = (letter for letter in _characters() if not letter.isascii() and not unicodedata.decomposition(letter))
    cased = (letter for letter in alone if letter.casefold() != letter or letter in UNDECOMPOSED)
    return {letter: fold(letter) for letter in cased if not _is_dropped(letter) and fold(letter) != letter}


def _ranges(belongs: Callable[[str], bool]) -> str:
    """The characters as a bracket expression of PostgreSQL's."""
    codes = [ord(character) for character in _characters() if belongs(character)]
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(rf"\U{first:08X}" if first == last else rf"\U{first:08X}-\U{last:08X}" for first, last in found)


def terms_functions() -> str:
    """keystead_find_words(text): the folded words of a text, then their joined forms ("o brien obrien" for O'Brien).

    keystead_find_terms(name, more, with_initials): what a row is found by. `^acme corporation` is the whole name, whose
    beginning is also that of its first word; the other words stand alone, and `#ac` are the initials. Long texts are cut: an
    index has a limit.
    """
    seps = SEPARATORS.replace("'", "''")
    spaces = " " * len(SEPARATORS)
    initials = " || ".join(f"left(split_part(apart, ' ', {place}), 1)" for place in range(1, 7))
    return f"""
    CREATE OR REPLACE FUNCTION keystead_find_words(given text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
    DECLARE folded text := left(keystead_fold(left(given, 1000)), 400);
    BEGIN
      IF folded !~ '[^a-z0-9 ]' THEN
        RETURN folded;
      END IF;
      RETURN btrim(regexp_replace(
        translate(folded, '{seps}', '{spaces}') || ' ' || translate(folded, '{seps}', ''), ' +', ' ', 'g'), ' ');
    END $$;
    CREATE OR REPLACE FUNCTION keystead_find_terms(name text, more text, with_initials boolean) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200 AS $$
    DECLARE
      apart text := left(keystead_fold(left(coalesce(name, ''), 1000)), 400);
      words text[];
    BEGIN
      IF apart ~ '[^a-z0-9 ]' THEN
        words := string_to_array(keystead_find_words(apart), ' ');
        apart := btrim(regexp_replace(translate(apart, '{seps}', '{spaces}'), ' +', ' ', 'g'), ' ');
      ELSE
        words := string_to_array(apart, ' ');
      END IF;
      words[1] := '^' || left(apart, 100);
      IF with_initials AND position(' ' IN apart) > 0 THEN
        words := words || ('#' || {initials});
      END IF;
      IF more <> '' THEN
        words := words || string_to_array(keystead_find_words(more), ' ');
      END IF;
      RETURN words;
    END $$;
    """
