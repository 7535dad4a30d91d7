"""How much of a file is read. A limit that is passed is a clear sentence, never a slow death."""

from dataclasses import dataclass

MEBI = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. Sizes are in bytes or characters as named; times in seconds."""

    columns: int = 500
    rows: int = 2_000_000
    cell_characters: int = 32_767  # what a cell of a workbook can hold
    line_characters: int = 4 * MEBI
    sample_bytes: int = MEBI  # what encoding and dialect are judged by
    unpacked_bytes: int = 1024 * MEBI
    unpacked_ratio: int = 200  # XML of real sheets packs 10 to 60 times
    small_bytes: int = 20 * MEBI  # below this no ratio is suspicious
    members: int = 4_000
    memory_bytes: int = 1536 * MEBI  # of the process that opens a workbook
    seconds: int = 120  # of processor time of that process


LIMITS = Limits()
