"""A zip bundle, read strictly: two unpackers must never see different trees in one file.

- Z1: the file is members, directory and end record, with nothing before, between (but data descriptors) or after.
- Z2: no name twice, also not in other case or another Unicode form, no file that is a folder too; no absolute path,
  `..`, backslash, end in a dot or space, link, or encryption.
- Z3: what it unpacks to is bounded, by itself and against the file's own size (bombs).
- Z4: name, method and sizes in front of each member are those of the directory.
- Z5: what does not change the tree is tolerated and reported: one folder around everything, a desktop's own files,
  extra fields of times, owners and padding.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, Final, TypeVar

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, digest_of, read_bounded

MAX_MEMBERS: Final = 1_000_000
MAX_RATIO: Final = 200  # our own bundles stay below 20
RATIO_GRACE: Final = 64 * 1024 * 1024  # small archives of much the same text pack tighter
TOP_FOLDERS: Final = frozenset({"tile", "documents", "anchors"})
_LOCAL: Final = struct.Struct("<4s5H3I2H")
# zip64, NTFS and Unix times, owners, Java's mark, libarchive's attributes, padding. A second name (0x7075), or where a
# link leads, would be another tree.
_EXTRAS: Final = frozenset({0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE, 0x6C78, 0xA11E, 0xA220, 0xD935})
_DEVICE: Final = r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.[^/]*)?"
_UNSAFE: Final = re.compile(rf'[\\:*?"<>|]|(?:^|/)(?:\.{{0,2}}|[^/]*[. ]|{_DEVICE})(?:/|$)', re.IGNORECASE)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
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
        self.remarks: list[tuple[str, dict[str, object]]] = []
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
        members: dict[str, zipfile.ZipInfo] = {}
        spelled: dict[str, tuple[str, bool]] = {}  # every path and every folder above it: how, and whether a file
        seen: set[str] = set()
        for info in listed:
            name = _name_of(info)
            self._check_member(info, name)
            path, is_file = name.rstrip("/"), not info.is_dir()
            parts = path.split("/")
            for count in range(1, len(parts) + 1):
                part, is_last = "/".join(parts[:count]), count == len(parts)
                as_found = part, is_file and is_last
                if spelled.setdefault(_fold(part), as_found) != as_found or (is_last and part in seen):
                    self._refuse("zip-duplicate", info, "a name that occurs twice, or as file and folder")
            seen.add(path)
            if is_file:
                members[name] = info
        if sum(info.file_size for info in listed) > RATIO_GRACE + MAX_RATIO * archive_bytes:
            raise Unreadable("zip-bomb", self.location, f"more than {MAX_RATIO} times {archive_bytes} bytes")
        self._check_layout(listed, archive_bytes)
        return self._inner(members)

    def _inner(self, members: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """Leave out a desktop's own files, and step into a folder that holds everything (rule Z5)."""
        own = [name for name in members if name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"]
        if own:
            self.remarks.append(("zip-ignored", {"count": len(own), "first": min(own)}))
        public = {name: info for name, info in members.items() if name not in own}
        tops = (
            {name.partition("/")[0] for name in public if "/" in name} if all("/" in name for name in public) else set()
        )
        if len(tops) == 1 and tops.isdisjoint(TOP_FOLDERS):
            (top,) = tops
            self.remarks.append(("zip-folder", {"name": top}))
            return {name[len(top) + 1 :]: info for name, info in public.items()}
        return public

    def _check_member(self, info: zipfile.ZipInfo, name: str) -> None:
        if _UNSAFE.search(name.removesuffix("/")) or any(unicodedata.category(char) in _HIDDEN for char in name):
            self._refuse("zip-path", info, "a path that leads elsewhere, or that systems write differently")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            self._refuse("zip-link", info, "neither file nor folder")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self._refuse("zip-method", info, "encrypted, or packed by another method than deflate")
        self._check_extra(info, info.extra)
        if info.file_size > MAX_DOCUMENT_BYTES:
            self._refuse("zip-bomb", info, f"more than {MAX_DOCUMENT_BYTES} bytes")

    def _check_extra(self, info: zipfile.ZipInfo, extra: bytes) -> None:
        if any(kind not in _EXTRAS for kind in _extra_kinds(extra)):
            self._refuse("zip-extra", info, "an extra field that could mean another name")

    def _check_layout(self, listed: list[zipfile.ZipInfo], archive_bytes: int) -> None:
        file = self._zip.fp
        if file is None:
            raise Unreadable("zip", self.location, "closed")
        at = 0
        for info in sorted(listed, key=lambda info: info.header_offset):
            gap = info.header_offset - at
            if gap < 0 or gap > 24 or (gap and at == 0):
                self._refuse("zip-overlap", info, "bytes shared with another member, or hidden before it")
            file.seek(info.header_offset)
            fields = _LOCAL.unpack(file.read(_LOCAL.size))
            name = file.read(fields[9])
            self._check_extra(info, file.read(fields[10]))
            if fields[0] != b"PK\x03\x04" or name != _raw_name(info) or fields[3] != info.compress_type:
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


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")


def _name_of(info: zipfile.ZipInfo) -> str:
    """Give a name as text: UTF-8, as nearly all write it, whatever the flag says; else byte for byte."""
    raw = _raw_name(info)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _fold(name: str) -> str:
    """Give what names have in common that some system takes for the same: case, ß and ss, composed and decomposed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower().upper())


def _extra_kinds(extra: bytes) -> list[int]:
    kinds, at = [], 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        kinds.append(kind)
        at += 4 + length
    return kinds if at == len(extra) else [-1]
