"""How many examples a property is tried with: `--hypothesis-profile=few` (a fifth) or `many` (twenty times as many)."""

from hypothesis import settings


def examples(number: int) -> int:
    """The number as it is meant for an everyday run, in the measure of the profile that was asked for. At least one."""
    return max(1, number * settings.default.max_examples // 100)
