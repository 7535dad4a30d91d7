"""What a file is by its first bytes, whatever its name says, and whether a workbook may be opened at all."""

import zipfile
from pathlib import Path
from typing import Literal

from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading.limits import Limits

type FileType = Literal["text", "xlsx", "xlsb", "xls", "ods"]

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"), (b"Rar!", "RAR"), (b"BZh", "BZIP2"), (b"\xfd7zXZ", "XZ"), (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"), (b"SQLite format 3", "SQLite"), (b"PAR1", "Parquet"), (b"{\\rtf", "RTF"),
    (b"OggS", "OGG"),
    (b"ID3", "MP3"), (b"\x28\xb5\x2f\xfd", "ZSTD"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"),
    (b"RIFF", "RIFF"),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096


def sniff(path: Path, limits: Limits) -> FileType:
    """The type of a file by its content. Raises CannotRead for what is not a table, and for a dangerous
    workbook.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        if path.stat().st_size <= _HEAD:
            raise CannotRead("empty_file")
        if b"\0" in head:
            raise CannotRead("not_a_table", found="NUL")
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(b"PK\x03\x04"):
        return _packed(path, limits)
    _refuse_by_magic(head)
    _refuse_markup(head)
    return "text"


def _refuse_by_magic(head: bytes) -> None:
    for magic, found in _MAGIC:
        # Two or three letters can begin an honest header as well; programs and sounds have other bytes after
        # them.
        if head.startswith(magic) and (len(magic) > 3 or any(b < 9 for b in head[:64])):
            raise CannotRead("not_a_table", found=found)


def _refuse_markup(head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body")):
        raise CannotRead("html_not_table")
    if start.startswith(b"<?xml"):
        if b"<html" in start or b"doctype html" in start:
            raise CannotRead("html_not_table")
        old_workbook = b"mso-application" in start or b"office:spreadsheet" in start
        raise CannotRead("old_xml_workbook" if old_workbook else "not_a_table", found="XML")
    if start.startswith((b'{"', b'[{"', b"{\r\n", b"{\n", b"[\n", b"[\r\n")):
        raise CannotRead("not_a_table", found="JSON")


def _packed(path: Path, limits: Limits) -> FileType:
    """Which workbook a ZIP file is, judged by its directory alone: nothing is unpacked here."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_bomb(members, path.stat().st_size, limits)
            names = {member.filename for member in members}
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "xl/workbook.bin" in names:
                return "xlsb"
            if "mimetype" in names and "content.xml" in names and _is_ods(archive):
                return "ods"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as broken:
        raise CannotRead("workbook_broken") from broken
    found = "DOCX" if "word/document.xml" in names else "PPTX" if "ppt/presentation.xml" in names else "ZIP"
    raise CannotRead("not_a_table", found=found)


def _refuse_bomb(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise CannotRead("workbook_too_large")
    # Parts that overlap add up to more than the file holds: how the worst bombs are made.
    if len(members) > limits.members or packed > size:
        raise CannotRead("workbook_suspicious")
    if unpacked > limits.small_bytes and unpacked > limits.unpacked_ratio * max(packed, 1):
        raise CannotRead("workbook_suspicious")


def _is_ods(archive: zipfile.ZipFile) -> bool:
    with archive.open("mimetype") as kind:
        return kind.read(200).startswith(b"application/vnd.oasis.opendocument.spreadsheet")
