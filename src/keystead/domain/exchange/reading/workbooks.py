"""Rows of XLSX, XLSB, XLS and ODS files, through a process that may die of a hostile one (see opener)."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading import opener
from keystead.domain.exchange.reading.limits import Limits


@dataclass(frozen=True, slots=True)
class Workbook:
    """A sheet of a workbook. `sheet` is "" for the first one with rows in it."""

    path: Path
    sheet: str
    limits: Limits

    def peek(self, rows: int) -> tuple[tuple[str, ...], str, list[list[str]]]:
        """The names of all sheets, the one that is read, and its first rows. Raises CannotRead."""
        first: list[list[str]] = []
        with contextlib.closing(self._lines()) as lines:
            about = next(lines)
            for batch in lines:
                first += batch
                if len(first) >= rows:
                    break
        return tuple(about["sheets"]), about["sheet"], first[:rows]

    def records(self) -> Iterator[list[str]]:
        """The rows from the top of the sheet, empty ones included. Raises CannotRead."""
        with contextlib.closing(self._lines()) as lines:
            next(lines)
            for batch in lines:
                yield from batch

    def _lines(self) -> Generator[Any]:
        """What the other process says: the facts, then batches. It is ended when the iterator is."""
        limits = self.limits
        command = [sys.executable, "-I", "-X", "utf8", opener.__file__, str(self.path), self.sheet]
        numbers = [str(n) for n in (limits.memory_bytes, limits.seconds, limits.columns)]
        with subprocess.Popen([*command, *numbers], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as child:  # fmt: skip
            try:
                yield from _understood(child)
            finally:
                child.kill()


def _understood(child: "subprocess.Popen[bytes]") -> Iterator[Any]:
    assert child.stdout is not None
    for line in child.stdout:
        said = json.loads(line) if line.endswith(b"\n") else {"error": "workbook_broken"}
        if isinstance(said, dict) and "error" in said:
            raise CannotRead(said.pop("error"), **said)
        if isinstance(said, dict) and "end" in said:
            return
        yield said
    # It ended without saying so. A signal means that the workbook was more than its limits allow.
    raise CannotRead("workbook_too_large" if child.wait() < 0 else "workbook_broken")
