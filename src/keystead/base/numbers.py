"""Whole numbers as they stand in an address, a header or a hidden field: anybody can write anything there."""


def whole(text: str, digits: int = 9) -> int | None:
    """The number; None for anything that is not one in plain digits, and for a longer one."""
    return int(text) if len(text) <= digits and text.isascii() and text.isdecimal() else None
