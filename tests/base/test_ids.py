import uuid

from keystead.base.ids import uuid7


def test_keys_are_plain_uuids_of_version_7() -> None:
    key = uuid7()

    assert type(key) is uuid.UUID
    assert (key.version, key.variant) == (7, uuid.RFC_4122)


def test_keys_made_one_after_the_other_ascend() -> None:
    keys = [uuid7() for _ in range(1000)]

    assert keys == sorted(set(keys))
