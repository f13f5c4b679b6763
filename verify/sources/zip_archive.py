"""A zip bundle, read strictly: two unpackers must never see different trees in one file.

- Z1: the file is members, directory and end record, with nothing before, between (but data descriptors) or after.
- Z2: no name twice, also not when case is ignored; no absolute path, `..`, backslash, link, or encryption.
- Z3: the unpacked size is bounded, absolutely and relative to the file's size (zip bombs).
- Z4: name, method and sizes in each member's header are those of the directory.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, Final, TypeVar

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, digest_of, read_bounded

MAX_MEMBERS: Final = 1_000_000
MAX_RATIO: Final = 200  # our own bundles stay below 20
RATIO_GRACE: Final = 64 * 1024 * 1024  # small archives of repetitive text compress better
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_EXTRAS: Final = (0x0001, 0x5455, 0x7875)  # zip64, times, owner; a second name (0x7075) would be another tree
_ENCRYPTED: Final = 0x41  # plain or strong
_DESCRIPTOR: Final = 0x08
_T = TypeVar("_T")


class Zip:
    """The files of a zip."""

    def __init__(self, path: Path) -> None:
        """Open the archive and check its structure.

        Raises:
            Unreadable: It breaks one of the rules.
        """
        self.location = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise Unreadable("zip", self.location, str(error)) from error
        try:
            self._members = self._check(path.stat().st_size)
        except (OSError, struct.error) as error:
            raise Unreadable("zip", self.location, str(error)) from error

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a member's bytes; None if there is no such member."""
        return self._unpack(path, lambda file: read_bounded(file, limit, path))

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Return a member's SHA-256 and size; None if there is no such member."""
        return self._unpack(path, lambda file: digest_of(file, path))

    def names(self) -> list[str]:
        """List all members that are files, sorted."""
        return sorted(self._members)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def _unpack(self, path: str, take: Callable[[BinaryIO], _T]) -> _T | None:
        info = self._members.get(path)
        if info is None:
            return None
        try:
            with self._zip.open(info) as file:
                return take(file)  # type: ignore[arg-type]  # it reads like a binary file
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise Unreadable("zip-member", f"{self.location}: {path}", str(error)) from error

    def _check(self, archive_bytes: int) -> dict[str, zipfile.ZipInfo]:
        listed = self._zip.infolist()
        if len(listed) > MAX_MEMBERS:
            raise Unreadable("zip-bomb", self.location, f"more than {MAX_MEMBERS} members")
        unpacked = 0
        members: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for info in listed:
            self._check_member(info)
            key = info.filename.rstrip("/").casefold()
            if key in folded:
                self._refuse("zip-duplicate", info, "a name that stands there twice")
            folded.add(key)
            unpacked += info.file_size
            if not info.is_dir():
                members[info.filename] = info
        if unpacked > RATIO_GRACE + MAX_RATIO * archive_bytes:
            raise Unreadable("zip-bomb", self.location, f"{unpacked} bytes from {archive_bytes}")
        self._check_layout(listed, archive_bytes)
        return members

    def _check_member(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        parts = name.rstrip("/").split("/")
        if name != info.orig_filename or "\\" in name or ":" in name or any(p in ("", ".", "..") for p in parts):
            self._refuse("zip-path", info, "a path that leads elsewhere")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            self._refuse("zip-link", info, "neither file nor folder")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self._refuse("zip-method", info, "encrypted, or packed by another method than deflate")
        if any(kind not in _EXTRAS for kind in _extra_kinds(info.extra)):
            self._refuse("zip-extra", info, "an extra field that could mean another name")
        if info.file_size > MAX_DOCUMENT_BYTES:
            self._refuse("zip-bomb", info, f"more than {MAX_DOCUMENT_BYTES} bytes")

    def _check_layout(self, listed: list[zipfile.ZipInfo], archive_bytes: int) -> None:
        file = self._zip.fp
        if file is None:
            raise Unreadable("zip", self.location, "closed")
        at = 0
        for info in sorted(listed, key=lambda one: one.header_offset):
            gap = info.header_offset - at
            if gap < 0 or gap > 24 or (gap and at == 0):
                self._refuse("zip-overlap", info, "bytes shared with another member, or hidden before it")
            file.seek(info.header_offset)
            fields = _LOCAL.unpack(file.read(_LOCAL.size))
            name = file.read(fields[9])
            wanted = info.orig_filename.encode("utf-8" if fields[2] & 0x800 else "cp437", "replace")
            if fields[0] != b"PK\x03\x04" or name != wanted or fields[3] != info.compress_type:
                self._refuse("zip-header", info, "another name or method in front of the member")
            if not fields[2] & _DESCRIPTOR and 0xFFFFFFFF not in fields[7:9] and fields[6:9] != (
                info.CRC, info.compress_size, info.file_size,
            ):  # fmt: skip
                self._refuse("zip-header", info, "other sizes in front of the member")
            at = info.header_offset + _LOCAL.size + fields[9] + fields[10] + info.compress_size
        start = self._zip.start_dir
        if start < at or start - at > 24:
            raise Unreadable("zip-overlap", self.location, "a directory that overlaps, or hidden bytes")
        self._check_end(file, archive_bytes, len(listed))

    def _check_end(self, file: IO[bytes], archive_bytes: int, members: int) -> None:
        file.seek(max(0, archive_bytes - 22 - len(self._zip.comment)))
        end = file.read(22 + len(self._zip.comment))
        if end[:4] != b"PK\x05\x06" or self._zip.comment:
            raise Unreadable("zip-end", self.location, "bytes after the archive's end record")
        disk, first_disk, here, there = struct.unpack_from("<4H", end, 4)
        if disk or first_disk or not {here, there} <= {members, 0xFFFF}:  # 0xFFFF: the zip64 record has the number
            raise Unreadable("zip-end", self.location, "an end record of other disks, or another number of members")

    def _refuse(self, code: str, info: zipfile.ZipInfo, detail: str) -> None:
        raise Unreadable(code, f"{self.location}: {info.filename!r}", detail)


def _extra_kinds(extra: bytes) -> list[int]:
    kinds, at = [], 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        kinds.append(kind)
        at += 4 + length
    return kinds if at == len(extra) else [-1]
