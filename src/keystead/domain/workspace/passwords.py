"""Passwords that a guesser tries first are refused, without asking anybody on the network."""

import re
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, ngettext_lazy

LEAST_DIFFERENT = 5
LONGEST = 512  # characters: hashing a novel is work that a stranger could order
_ROWS = (
    "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
)  # fmt: skip
_PLAIN = str.maketrans("@4310$5!7", "aaeiossit")
_PRODUCT = ("keystead", "password", "passwort", "senha", "contrasena", "contraseña", "welcome", "bemvindo", "bienvenido")

# Rules that Django itself says in Spanish as to a stranger: named here, they stand in our catalogues and speak as the rest does.
_SAID_BY_DJANGO = (
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your password can’t be a commonly used password."),
)


class NotGuessable:
    """Refuses few different characters, runs of the keyboard or alphabet, repeats, and a common word with digits around it."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            message = ngettext("At most %(n)s character.", "At most %(n)s characters.", LONGEST) % {"n": LONGEST}
            raise ValidationError(message, code="password_too_long")
        folded = password.casefold()
        if len(set(folded)) < LEAST_DIFFERENT or _is_repeat(folded):
            raise ValidationError(_("It repeats itself too much: a guesser tries that early."), code="password_repeats")
        if _in_runs(folded):
            message = _("It follows the keyboard or the alphabet: a guesser tries that early.")
            raise ValidationError(message, code="password_sequence")
        if _word(folded) in {*_PRODUCT, *_words_of(user)}:
            message = _("It is one expected word with digits or signs around it: a guesser tries that early.")
            raise ValidationError(message, code="password_expected")

    def get_help_text(self) -> str:
        return _("Several unrelated words make a good one.")


def _is_repeat(text: str) -> bool:
    """The same few characters over and over: abcabcabc, 12341234."""
    return any(text == (text[:length] * len(text))[: len(text)] for length in range(1, len(text) // 2 + 1))


def _in_runs(text: str) -> bool:
    """Whether nearly all neighbours are neighbours on a keyboard's row or in the alphabet, either way."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    follow = sum(any(one + other in row for row in rows) for one, other in pairwise(text))
    return follow >= 0.8 * (len(text) - 1)


def _word(text: str) -> str:
    """The letters between digits and signs, with the usual replacements undone: P@ssw0rd2024! is password."""
    bare = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", text)
    return bare.translate(_PLAIN)


def _words_of(user: Any) -> set[str]:
    given = f"{getattr(user, 'email', '') or ''} {getattr(user, 'name', '') or ''}".casefold()
    return {word for word in re.split(r"\W+", given) if len(word) >= 4}
