"""Passwords that a guesser tries first are refused, and good ones are not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from keystead.data.models import User
from keystead.domain.workspace.passwords import NotGuessable

ALICE = User(email="alice.alvarez@northwind.example", name="Alice Alvarez")


@pytest.mark.parametrize(
    "password",
    [
        "password123", "P@ssw0rd2024!", "Keystead2026", "qwertyuiop", "asdfghjkl;", "1234567890", "abcdefghijkl", "aaaaaaaaaaaa",
        "abcabcabcabc", "12341234123", "northwind2026", "Alvarez!2026", "alice.alvarez", "zyxwvutsrqpo", "short1!",
        "Contraseña1", "x" * 600,
    ],
)  # fmt: skip
def test_it_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ALICE)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "keystead-demo plus rain",
        "Zw8#kk!pQv2",
        "três tigres tristes",
        "mi gato come 3 peces",
        "a new and long phrase",
    ],
)
def test_it_is_accepted(password: str) -> None:
    validate_password(password, ALICE)


def test_a_form_says_what_makes_a_good_one() -> None:
    assert NotGuessable().get_help_text() == "Several unrelated words make a good one."
