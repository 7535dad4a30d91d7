"""What a directory sends, byte by byte: how long a message is, and values that are no text."""

from typing import Any
from uuid import UUID

import pytest
from pyasn1.codec.ber import encoder
from pyasn1_modules import rfc2251

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


def said(*messages: tuple[int, str, int]) -> bytes:
    """What the directory sends: the number of the question, the kind of answer, its result code."""
    sent = b""
    for number, kind, code in messages:
        message = rfc2251.LDAPMessage()
        message["messageID"] = number
        message["protocolOp"][kind]["resultCode"], message["protocolOp"][kind]["matchedDN"] = code, b""
        message["protocolOp"][kind]["errorMessage"] = b""
        sent += encoder.encode(message)
    return sent


class Line:
    """A connection that gives what was sent in small pieces and is then closed."""

    def __init__(self, sent: bytes) -> None:
        self.sent = sent

    def sendall(self, _asked: bytes) -> None: ...

    def recv(self, _most: int) -> bytes:
        piece, self.sent = self.sent[:5], self.sent[5:]
        return piece


def talk(sent: bytes) -> Any:
    made = object.__new__(directory._Talk)
    made.settings, made.number, made.rest = {"email_attribute": "mail", "group": ""}, 0, b""
    made.socket = Line(sent)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize(("group", "conditions"), [("", 1), ("cn=sales", 2)])
def test_people_are_asked_for_by_address_and_by_group_where_one_is_set(group: str, conditions: int) -> None:
    asking = talk(b"")
    asking.settings["group"] = group
    assert len(asking._filter("nina@northwind.example")["and"]) == conditions


def test_a_bind_that_is_neither_right_nor_wrong_is_no_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    line = said((1, "searchResDone", 0), (2, "bindResponse", 53))
    made = talk(line)
    monkeypatch.setattr(made, "find", lambda _email: [("cn=nina", {})])
    monkeypatch.setattr(directory, "_Talk", lambda _settings: made)
    made.number, made.socket.close = 1, lambda: None
    with pytest.raises(DirectoryAway, match="code 53"):
        directory.sign_in(settings={"url": "ldap://x", "bind_dn": ""}, email="nina@northwind.example", password="secret")


def test_an_answer_to_another_question_is_passed_over() -> None:
    assert talk(said((7, "bindResponse", 49), (1, "bindResponse", 0))).bind("cn=nina", "secret") == 0


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"", "closed the connection"),
        (b"\x30\x84\x7f\xff\xff\xff", "answer is too long"),
        (said((1, "extendedResp", 2)), "refuses to encrypt"),
    ],
)
def test_a_directory_that_cannot_be_used_is_told_apart_from_a_wrong_password(sent: bytes, sentence: str) -> None:
    with pytest.raises(DirectoryAway, match=sentence):
        talk(sent)._start_tls()


def test_a_key_of_bytes_is_told_in_hexadecimal() -> None:
    assert (directory._text(b"Ana"), directory._text(b"\xff\x00")) == ("Ana", "ff00")


@pytest.mark.parametrize(
    ("text", "found"), [(f"{NORTHWIND.hex}_secret", NORTHWIND), ("x" * 32 + "_secret", None), ("short_secret", None)]
)
def test_a_key_names_its_workspace_or_is_none(text: str, found: Any) -> None:
    assert workspace_of(text) == found
