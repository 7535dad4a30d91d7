"""Asking a company's directory (LDAP version 3, RFC 4511) whether a password is right, and who that is."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1_modules import rfc2251

SECONDS = 10
LONGEST_ANSWER = 1_000_000  # bytes
_START_TLS = "1.3.6.1.4.1.1466.20037"
_SUCCESS, _WRONG_PASSWORD = 0, 49
_DONE = ("bindResponse", "searchResDone", "extendedResp")


class DirectoryAway(Exception):
    """The directory does not answer, or not as a directory does. Says nothing about the person who wants to sign in."""

    code = "directory_away"


@dataclass(frozen=True, slots=True)
class Person:
    """`key` is the directory's own lasting key of her; "" when it tells none."""

    email: str
    name: str
    key: str = ""


def sign_in(*, settings: Mapping[str, Any], email: str, password: str) -> Person | None:
    """The person with this address when the password is hers and she is in the configured group; else None.

    Raises `DirectoryAway`. An empty password is never sent: a directory would take it for nobody and agree.
    """
    if not (settings["url"] and email and password):
        return None
    try:
        with closing(_Talk(settings)) as talk:
            if settings["bind_dn"] and talk.bind(settings["bind_dn"], settings["bind_password"]) != _SUCCESS:
                raise DirectoryAway("the directory refuses KEYSTEAD_LDAP_BIND_DN")
            found = talk.find(email)
            if len(found) != 1:  # nobody, or an address that names two people
                return None
            entry, values = found[0]
            answer = talk.bind(entry, password)
            if answer not in (_SUCCESS, _WRONG_PASSWORD):
                raise DirectoryAway(f"the directory answers a bind with code {answer}")
            if answer != _SUCCESS:
                return None
    except (OSError, PyAsn1Error, ValueError) as error:
        raise DirectoryAway(str(error)) from error
    email = values.get(settings["email_attribute"].lower(), email).lower()
    name, key = (values.get(settings[each].lower(), "") for each in ("name_attribute", "key_attribute"))
    return Person(email, name, key)


class _Talk:
    """One connection; each question waits for its answer."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings, self.number, self.rest = settings, 0, b""
        url = urlsplit(settings["url"])
        is_tls = url.scheme == "ldaps"
        self.socket = socket.create_connection((url.hostname or "", url.port or (636 if is_tls else 389)), SECONDS)
        try:
            if not is_tls and settings["start_tls"]:
                self._start_tls()
            if is_tls or settings["start_tls"]:
                context = ssl.create_default_context(cafile=settings["ca_file"] or None)
                self.socket = context.wrap_socket(self.socket, server_hostname=url.hostname)
        except BaseException:
            self.socket.close()
            raise

    def close(self) -> None:
        self.socket.close()

    def bind(self, entry: str, password: str) -> int:
        """The result code of a simple bind."""
        asked = rfc2251.BindRequest()
        asked["version"], asked["name"] = 3, entry.encode()
        asked["authentication"]["simple"] = password.encode()
        (answer,) = self._ask("bindRequest", asked)
        return int(answer["resultCode"])

    def find(self, email: str) -> list[tuple[str, dict[str, str]]]:
        """(distinguished name, attributes in lower case with their first values) of at most two people with this address."""
        wanted_of_each = [self.settings[each] for each in ("email_attribute", "name_attribute", "key_attribute")]
        asked = rfc2251.SearchRequest()
        asked["baseObject"], asked["scope"], asked["derefAliases"] = self.settings["base"].encode(), 2, 0
        asked["sizeLimit"], asked["timeLimit"], asked["typesOnly"] = 2, SECONDS, False
        asked["filter"] = self._filter(email)
        for number, wanted in enumerate(filter(None, wanted_of_each)):
            asked["attributes"][number] = wanted.encode()
        return [self._entry(answer) for answer in self._ask("searchRequest", asked) if "objectName" in answer]

    def _filter(self, email: str) -> Any:
        """Built of values, never of text: there is nothing that could break out of it."""
        pairs = [(self.settings["email_attribute"], email)]
        if self.settings["group"]:
            pairs.append(("memberOf", self.settings["group"]))
        every = rfc2251.Filter()
        for number, (attribute, value) in enumerate(pairs):
            each = rfc2251.Filter()
            each["equalityMatch"]["attributeDesc"] = attribute.encode()
            each["equalityMatch"]["assertionValue"] = value.encode()
            every["and"][number] = each
        return every

    @staticmethod
    def _entry(answer: Any) -> tuple[str, dict[str, str]]:
        values = {
            bytes(each["type"]).decode().lower(): _text(bytes(each["vals"][0]))
            for each in answer["attributes"] if len(each["vals"])
        }  # fmt: skip
        return bytes(answer["objectName"]).decode(), values

    def _start_tls(self) -> None:
        asked = rfc2251.ExtendedRequest()
        asked["requestName"] = _START_TLS.encode()
        (answer,) = self._ask("extendedReq", asked)
        if int(answer["resultCode"]) != _SUCCESS:
            raise DirectoryAway("the directory refuses to encrypt the connection")

    def _ask(self, kind: str, asked: Any) -> list[Any]:
        """Sends one request and collects its answers up to the last one."""
        self.number += 1
        message = rfc2251.LDAPMessage()
        message["messageID"] = self.number
        message["protocolOp"][kind] = asked
        self.socket.sendall(encoder.encode(message))
        return list(self._answers())

    def _answers(self) -> Iterator[Any]:
        name = ""
        while name not in _DONE:
            message, self.rest = self._message()
            if int(message["messageID"]) == self.number:  # else it answers what was asked before
                name = message["protocolOp"].getName()
                yield message["protocolOp"].getComponent()

    def _message(self) -> tuple[Any, bytes]:
        while (length := _length(self.rest)) is None or len(self.rest) < length:
            if length is not None and length > LONGEST_ANSWER:
                raise DirectoryAway("the directory's answer is too long")
            more = self.socket.recv(65_536)
            if not more:
                raise DirectoryAway("the directory closed the connection")
            self.rest += more
        message, _ = decoder.decode(self.rest[:length], asn1Spec=rfc2251.LDAPMessage())
        return message, self.rest[length:]


def _text(value: bytes) -> str:
    """Active Directory's objectGUID is sixteen bytes that are no text: told in hexadecimal, so that no two look alike."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _length(given: bytes) -> int | None:
    """How many bytes the first message in `given` has, its head included; None while that cannot be told."""
    if len(given) < 2:
        return None
    first = given[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise DirectoryAway("the directory does not speak LDAP")
    return None if len(given) < 2 + count else 2 + count + int.from_bytes(given[2 : 2 + count])
