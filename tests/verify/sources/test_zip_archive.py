"""Zip bundles: what two unpackers could see differently, or what unpacks to too much, is refused with its place."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, verify

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES
from constancia.verify.sources.zip_archive import Zip

Fill = Callable[[zipfile.ZipFile], None]


def made(path: Path, fill: Fill) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("checkpoint", "x")
        fill(archive)
    return path


def member(name: str, **attributes: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "name", ["../outside", "a/../../outside", "/absolute", "a//b", "./a", "C:/windows", "tile\\0\\000", "a/./b"]
)
def test_z2_path_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr(member("safe-name"), "x"))
    # Put in as bytes: the library itself would tidy some of these names.
    raw = path.read_bytes()
    old, new = b"safe-name", name.encode()
    if len(new) <= len(old):
        new = new + b"x" * (len(old) - len(new))
    else:
        path = made(tmp_path / "b.zip", lambda archive: archive.writestr(member("s" * len(new)), "x"))
        raw, old = path.read_bytes(), b"s" * len(new)
    path.write_bytes(raw.replace(old, new))
    with pytest.raises(Unreadable) as caught:
        Zip(path)
    assert caught.value.code == "zip-path"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["checkpoint", "CHECKPOINT"])
def test_z2_name_twice_is_refused_also_in_other_case(second: str, tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr(second, "y"))
    with pytest.raises(Unreadable, match=second) as caught:
        Zip(path)
    assert caught.value.code == "zip-duplicate"


def test_z2_symbolic_link_is_refused(tmp_path: Path) -> None:
    link = member("link", external_attr=(stat.S_IFLNK | 0o777) << 16)
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr(link, "/etc/passwd"))
    with pytest.raises(Unreadable, match="link") as caught:
        Zip(path)
    assert caught.value.code == "zip-link"


def test_z2_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr("secret", "x"))
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.rfind(mark) + at] |= 1
    path.write_bytes(raw)
    with pytest.raises(Unreadable, match="secret") as caught:
        Zip(path)
    assert caught.value.code == "zip-method"


def test_z2_other_packing_method_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr("m", "x" * 99, zipfile.ZIP_LZMA))
    with pytest.raises(Unreadable) as caught:
        Zip(path)
    assert caught.value.code == "zip-method"


def test_z2_second_name_in_an_extra_field_is_refused(tmp_path: Path) -> None:
    extra = struct.pack("<2H", 0x7075, 9) + b"\x01\0\0\0\0evil"
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr(member("nice", extra=extra), "x"))
    with pytest.raises(Unreadable, match="nice") as caught:
        Zip(path)
    assert caught.value.code == "zip-extra"


@pytest.mark.slow
def test_z3_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        for number in range(3):
            with archive.open(member(f"b{number}", compress_type=zipfile.ZIP_DEFLATED), "w") as file:
                for _ in range(64):
                    file.write(bytes(1024 * 1024))

    with pytest.raises(Unreadable) as caught:
        Zip(made(tmp_path / "a.zip", fill))
    assert caught.value.code == "zip-bomb"


def test_z3_member_larger_than_any_document_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr("big", "x"))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<L", raw, raw.rfind(b"PK\x01\x02") + 24, MAX_DOCUMENT_BYTES + 1)
    path.write_bytes(raw)
    with pytest.raises(Unreadable, match="big") as caught:
        Zip(path)
    assert caught.value.code == "zip-bomb"


def test_z1_bytes_before_the_first_member_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: None)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    with pytest.raises(Unreadable) as caught:
        Zip(path)
    assert caught.value.code == "zip-overlap"


def test_z1_bytes_after_the_end_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: None)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(Unreadable):
        Zip(path)


def test_z1_comment_is_refused(tmp_path: Path) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        archive.comment = b"hidden"

    with pytest.raises(Unreadable) as caught:
        Zip(made(tmp_path / "a.zip", fill))
    assert caught.value.code == "zip-end"


def test_z1_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr("second", "x"))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<L", raw, raw.rfind(b"PK\x01\x02") + 42, 0)  # both members begin at the first
    path.write_bytes(raw)
    with pytest.raises(Unreadable, match="second") as caught:
        Zip(path)
    assert caught.value.code == "zip-overlap"


def test_z4_other_name_in_front_of_the_member_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", lambda archive: archive.writestr("front", "x"))
    path.write_bytes(path.read_bytes().replace(b"front", b"fr0nt", 1))
    with pytest.raises(Unreadable, match="front") as caught:
        Zip(path)
    assert caught.value.code == "zip-header"


def test_bundle_with_data_descriptors_is_read(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *args: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("checkpoint", "x" * 100)
        archive.writestr("tile/0/000", "y" * 100)
    path = tmp_path / "a.zip"
    path.write_bytes(pipe.getvalue())
    bundle = Zip(path)
    assert bundle.read("tile/0/000", 200) == b"y" * 100
    bundle.close()


@pytest.mark.parametrize("name", ["tile/entries/000.p/36", "documents"])
def test_flipped_byte_within_a_member_names_the_member(name: str, log: Log, trust: Path, tmp_path: Path) -> None:
    folder = log.write_folder(tmp_path / "published")
    path = log.write_zip(tmp_path / "a.zip", folder)
    with zipfile.ZipFile(path) as archive:
        info = next(one for one in archive.infolist() if one.filename.startswith(name))
    raw = bytearray(path.read_bytes())
    raw[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(Unreadable, match=name):
        verify(path, trust)


def test_file_that_only_begins_like_a_zip_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(Unreadable):
        verify(tmp_path / "a.zip")
