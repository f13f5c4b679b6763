"""What ordinary channels do to true files: line ends, marks, mail, pages, downloads that stop, zips made again.

All from a seed. No case touches what is signed by intent: none may ever be called altered.
"""

import io
import quopri
import random
import struct
import zipfile
from collections.abc import Callable, Iterator

from tests.tamper.bench import Bench, Case

Damage = Callable[[bytes, random.Random], bytes]
PAGE = b"<!DOCTYPE html>\n<html><body>Not found / No existe</body></html>\n"


def cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data))]


TEXT: dict[str, Damage] = {
    "CRLF": lambda data, _: data.replace(b"\n", b"\r\n"),
    "BOM": lambda data, _: b"\xef\xbb\xbf" + data,
    "BOM and CRLF": lambda data, _: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
    "UTF-16": lambda data, draw: data.decode().encode(draw.choice(["utf-16", "utf-16-le", "utf-16-be"])),
    "spaces around": lambda data, draw: b"\n" * draw.randrange(3) + data + b" \n" * draw.randrange(1, 4),
    "spaces at line ends": lambda data, _: data.replace(b"\n", b"  \n"),
    "no last line end": lambda data, _: data[:-1],
    "quoted mail": lambda data, _: b"".join(b"> " + line for line in data.splitlines(keepends=True)),
    "footer": lambda data, draw: data + b"\n-- \nlista@example.org %d\n" % draw.randrange(999),
    "greeting": lambda data, draw: b"Hola:\n\n" * draw.randrange(1, 3) + data,
    "quoted-printable": lambda data, _: quopri.encodestring(data),
    "as UTF-8 twice": lambda data, _: data.decode("latin-1").encode(),
}
ANY: dict[str, Damage] = {
    "cut": cut,
    "emptied": lambda _, __: b"",
    "page in its place": lambda _, draw: PAGE + b" " * draw.randrange(9),
    "sentence in its place": lambda _, draw: b"404 page not found\n" * draw.randrange(1, 4),
    "line added": lambda data, draw: data + b"\n" * draw.randrange(1, 3),
}
BINARY: dict[str, Damage] = {"CRLF": TEXT["CRLF"], "bytes added": lambda data, draw: data + draw.randbytes(40)}


def file_cases(bench: Bench, draw: random.Random) -> Iterator[Case]:
    for name, source in (("receipt", "receipt"), ("folder/checkpoint", "folder")):
        for act, damage in (TEXT | ANY).items():
            data = damage(bench.bytes_of(name), draw)
            yield Case(target=f"on the way: {name}", act=act, source=source, files={name: data})
    folder = bench.location("folder")
    paths = [path.relative_to(bench.root).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in draw.sample(paths, 4):
        kind = path.split("/")[1]
        if kind in ("tile", "documents"):
            for act, damage in (ANY | (BINARY if kind == "tile" else {"CRLF": TEXT["CRLF"]})).items():
                if kind == "tile" or act in ("cut", "emptied", "CRLF"):
                    data = damage(bench.bytes_of(path), draw)
                    yield Case(target=f"on the way: {kind}", act=act, source="folder", files={path: data})
            yield Case(target=f"on the way: {kind}", act="missing", source="folder", files={path: None})
    for name in ("policy", "genesis"):
        for act in ("CRLF", "BOM", "BOM and CRLF"):
            data = TEXT[act](bench.bytes_of(f"trust/{name}"), draw)
            yield Case(target=f"on the way: trust/{name}", act=act, source="store", files={f"trust/{name}": data})


def repacked(members: dict[str, bytes], *, prefix: str = "", extra: int | None = None, more: list[str] = []) -> bytes:  # noqa: B006 - not changed
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*members.items(), *((one, b"x") for one in more)]:
            info = zipfile.ZipInfo(prefix + name if name in members else name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.extra = b"" if extra is None else struct.pack("<2H8x", extra, 8)
            archive.writestr(info, data)
    return packed.getvalue()


TOLERATED = (0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE, 0xA220)
NAMED = (0x7075, 0x2605, 0x756E, 0x0008, 0x9901)
DESKTOP = ("__MACOSX/._checkpoint", ".DS_Store", "tile/.DS_Store", "__MACOSX/tile/0/._000")
DOUBTFUL = (
    "checkpoint.", "checkpoint ", "Checkpoint", "checkpoint/a", "tile", "TILE/0/000", "CON", "aux.txt", "a:b",
    "a?b", "a\\b", "tile/ß|tile/ss", "é|e\u0301", "a|a/b", "İ|i̇", "ﬁ|fi", "x/.|y", "a\u202eb", "a\x1b[2J", "../x",
    "ς|σ", "ſ|s", "nota\u200b",
)  # fmt: skip


def zip_cases(bench: Bench, draw: random.Random) -> Iterator[Case]:
    with zipfile.ZipFile(io.BytesIO(bench.bytes_of("bundle.zip"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def case(act: str, data: bytes) -> Case:
        return Case(target="on the way: zip", act=act, source="zip", files={"bundle.zip": data})

    for top in ("libro/", "Transparencia acción/", "a b/"):
        yield case("folder around", repacked(members, prefix=top, more=draw.sample(DESKTOP, 2)))
    for kind in (*TOLERATED, *NAMED):
        yield case(f"extra field {kind:#06x}", repacked(members, extra=kind))
    for names in DOUBTFUL:
        yield case("doubtful name", repacked(members, more=names.split("|")))
    yield case("desktop's files", repacked(members, more=list(DESKTOP)))
    for act in ("cut", "emptied", "page in its place"):
        yield case(act, ANY[act](bench.bytes_of("bundle.zip"), draw))


def cases(bench: Bench, seed: int = 1, rounds: int = 1) -> Iterator[Case]:
    """Draw all kinds of damage, as many times as asked for; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    for _ in range(rounds):
        yield from file_cases(bench, draw)
        yield from zip_cases(bench, draw)
