"""Keys that people and programs carry: the workspace they open and a secret. Only a hash of the key is ever kept."""

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

_SECRET_BYTES = 32


class Key(NamedTuple):
    """`text` is given out once; `digest` is what is stored and looked up."""

    text: str
    digest: str


def new_key(*, workspace_id: UUID, prefix: str = "") -> Key:
    text = f"{prefix}{workspace_id.hex}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return Key(text, digest(text))


def digest(text: str) -> str:
    # A plain hash is enough: the secret has 256 random bits, so there is nothing to guess that a slow hash would protect.
    return hashlib.sha256(text.encode()).hexdigest()


def workspace_of(text: str, *, prefix: str = "") -> UUID | None:
    """The workspace that a key names, without a look at the database; None for what is no key."""
    name, separator, secret = text.removeprefix(prefix).partition("_")
    if not (text.startswith(prefix) and separator and secret) or len(name) != 32:
        return None
    try:
        return UUID(hex=name)
    except ValueError:
        return None
