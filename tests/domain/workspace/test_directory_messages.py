"""What a directory sends, byte by byte: how long a message is, and values that are no text."""

from typing import Any
from uuid import UUID

import pytest

from keystead.domain.workspace import directory
from keystead.domain.workspace.directory import DirectoryAway
from keystead.domain.workspace.secrets import workspace_of

NORTHWIND = UUID(int=7)


@pytest.mark.parametrize(
    ("given", "length"),
    [(b"", None), (b"\x30", None), (b"\x30\x05", 7), (b"\x30\x81\xff", 258), (b"\x30\x82\x01", None), (b"\x30\x82\x01\x00", 260)],
)
def test_a_message_says_its_length_in_one_byte_or_in_several(given: bytes, length: int | None) -> None:
    assert directory._length(given) == length


@pytest.mark.parametrize("given", [b"\x30\x80", b"\x30\x85\x01"])
def test_what_is_no_length_is_no_directory(given: bytes) -> None:
    with pytest.raises(DirectoryAway, match="does not speak LDAP"):
        directory._length(given)


def test_a_key_of_bytes_is_told_in_hexadecimal() -> None:
    assert (directory._text(b"Ana"), directory._text(b"\xff\x00")) == ("Ana", "ff00")


@pytest.mark.parametrize(
    ("text", "found"), [(f"{NORTHWIND.hex}_secret", NORTHWIND), ("x" * 32 + "_secret", None), ("short_secret", None)]
)
def test_a_key_names_its_workspace_or_is_none(text: str, found: Any) -> None:
    assert workspace_of(text) == found
