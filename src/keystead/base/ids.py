"""Primary keys. UUIDv7 starts with the time, so new rows land together at the end of an index."""

import uuid

import uuid6


def uuid7() -> uuid.UUID:
    """A new UUIDv7 as a plain `uuid.UUID`, which drivers and serialisers know; ascending within a process."""
    return uuid.UUID(int=uuid6.uuid7().int)
