"""What the way does to a file: line ends, byte-order marks, mail, pages in a file's place. It is undone in memory.

- D1: nothing is judged by what the way added: what is undone is verified like any other bytes, and the report says what
  was undone. The file itself is left as it is.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Findings

LINE_ENDS: Final = "CRLF"
_PAGE: Final = re.compile(rb"\s*<(?:!doctype|html|\?xml|head|body)", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARK: Final = b"\xef\xbb\xbf"
_SIGNED: Final = "— ".encode()
# A part of a mail in base64: its headers, an empty line, lines of that alphabet.
_PART: Final = re.compile(
    rb"^content-transfer-encoding:[ \t]*base64[^\n]*\n(?:[^\n]+\n)*\n((?:[A-Za-z0-9+/=]{1,1000}\n)+)",
    re.IGNORECASE | re.MULTILINE,
)
_BREAK: Final = re.compile(rb"<(?:br|/p|/div|/tr|/li)\b[^>]*>", re.IGNORECASE)
_TAG: Final = re.compile(rb"<[^>]*>")
_CHARACTER: Final = re.compile(rb"&(?:#(\d{1,6})|#[xX]([0-9A-Fa-f]{1,6})|(\w{2,6}));")
_NAMED: Final = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"mdash": b"\xe2\x80\x94", b"nbsp": b" "}


def is_page(data: bytes) -> bool:
    """Tell whether a file that should hold binary data holds a page or a sentence instead (a soft 404, a portal)."""
    if not data or _PAGE.match(data) or _CONTROL.search(data):
        return _PAGE.match(data) is not None
    return data.decode(errors="ignore").encode() == data and not _is_framed(data)


def _is_framed(data: bytes) -> bool:
    """Tell whether lengths lead from entry to entry to the end: both bytes of a length can be characters too."""
    at = 0
    while data[at + 2 : at + 3] == b"{":
        at += 2 + int.from_bytes(data[at : at + 2])
    return at == len(data)


def is_html(data: bytes) -> bool:
    """Tell whether a file that should hold text begins as an HTML or XML page."""
    return _PAGE.match(data.removeprefix(_MARK)) is not None


def undo_line_ends(data: bytes) -> bytes:
    """Give CR LF back as LF."""
    return data.replace(b"\r\n", b"\n")


def plain(text: bytes) -> bytes:
    """Give a text of the reader's own without byte-order mark, and with LF as the end of its lines."""
    return undo_line_ends(text.removeprefix(_MARK))


def as_sent(data: bytes, seen_in: Callable[[bytes], str | None]) -> tuple[bytes, str | None]:
    """Give a binary file as it was before the way changed it, if that makes it whole.

    A file that was decoded as text and lost bytes that are no UTF-8 (U+FFFD in their place) is a text in its place.

    Args:
        data: The file's bytes.
        seen_in: What is amiss with a file of these bytes, by a code of `words.SEEN`; None if it is whole.

    Returns:
        The bytes to go on with, and what is amiss.
    """
    seen = seen_in(data)
    whole = None if seen is None else next((former for former in restored(data) if seen_in(former) is None), None)
    if seen is not None and whole is None and b"\xef\xbf\xbd" in data and data.decode(errors="ignore").encode() == data:
        return b"", "replaced"
    return (data, seen) if whole is None else (whole, "changed")


def restored(data: bytes) -> Iterator[bytes]:
    """Yield what a file may have been: before other line ends, a mark, gzip, or Latin-1 that was written as UTF-8."""
    yield from (undo_line_ends(data), plain(data), data.removeprefix(_MARK))
    with suppress(zlib.error):
        yield zlib.decompressobj(31).decompress(data, 2**25)  # 31: of a gzip file
    with suppress(UnicodeError):
        yield data.decode().encode("latin-1")


def undone(raw: bytes, parse: Callable[[bytes], Any], header: bytes = b"") -> tuple[str, bytes] | None:
    """Undo what the way may have done to a text, step by step, until it has its form.

    Args:
        raw: The file's bytes, which have not the form.
        parse: Raises `Malformed` where bytes have not the form.
        header: How the text begins, if it always does so: what precedes it is removed.

    Returns:
        What was undone, and the bytes without it; None where that gives no form either.
    """
    done: list[str] = []
    for what, data in _steps(raw, header):
        done.append(what)
        with suppress(Malformed):
            parse(data)
            return ", ".join(done), data
    return None


def as_written(  # noqa: PLR0913 - a text, its form, and how it is said
    raw: bytes | None, parse: Callable[[bytes], Any], where: str, findings: Findings, header: bytes = b"", *,
    weighs: bool = True,
) -> bytes:  # fmt: skip
    """Give a text that has its form, with what the way did to it undone, and said.

    Raises:
        Unreadable: It is `missing`, or has not the form, whatever is undone: `short`, `replaced`, or `form`.
    """
    if raw is None:
        raise Unreadable("missing", where, "there is no such file")
    try:
        if raw.startswith(_MARK):  # it would pass for the first character of an origin
            raise Malformed("mark", where, "no byte-order mark")  # noqa: TRY301 - one of the ways to have another form
        parse(raw)
    except Malformed as error:
        restored = undone(raw, parse, header)
        if restored is None:
            code = "short" if not raw.strip(b"\x00 \r\n") else "replaced" if is_html(raw) else "form"
            raise Unreadable(code, where, str(error)) from error
        findings.lack("changed", f"{where} ({restored[0]})", weighs=weighs)
        return restored[1]
    return raw


def _steps(raw: bytes, header: bytes) -> Iterator[tuple[str, bytes]]:
    data = raw
    for what, step in (
        ("UTF-16", _from_utf16), ("BOM", lambda text: text.removeprefix(_MARK)), (LINE_ENDS, undo_line_ends),
        ("base64", lambda text: _from_base64(text, header)), ("quoted-printable", _from_quoted_printable),
        (">", _unquoted), ("HTML", _from_html), ("JSON", written_again), ("space", _trimmed),
        ("text around it", lambda text: _inner(text, header)),
    ):  # fmt: skip
        changed = step(data)
        if changed != data:
            data = changed
            yield what, data


def _from_utf16(data: bytes) -> bytes:
    with suppress(UnicodeDecodeError):
        return data.decode("utf-16").encode() if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
    return data


def _from_quoted_printable(data: bytes) -> bytes:
    if b"=E2=80=94" not in data:
        return data
    return re.sub(rb"=([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), data.replace(b"=\n", b""))


def _unquoted(data: bytes) -> bytes:
    lines = data.split(b"\n")
    quoted = all(line.startswith(b">") for line in lines if line.strip())
    return b"\n".join(re.sub(rb"^> ?", b"", line) for line in lines) if quoted else data


def _trimmed(data: bytes) -> bytes:
    lines = data.replace(b"\xc2\xa0", b" ").strip().split(b"\n")
    return b"\n".join(line.strip(b" \t\r") for line in lines) + b"\n"


def _inner(data: bytes, header: bytes) -> bytes:
    """Cut what precedes the header and follows the last signature line."""
    lines = data[max(0, data.find(header)) :].split(b"\n")
    last = max((at for at, line in enumerate(lines) if line.startswith(_SIGNED)), default=len(lines) - 1)
    return b"\n".join(lines[: last + 1]) + b"\n"


def _from_base64(data: bytes, header: bytes) -> bytes:
    """Give the part of a mail that holds a header, decoded; all of it where none does."""
    if not header or header in data:
        return data
    for part in _PART.finditer(data):
        with suppress(binascii.Error):
            if header in (decoded := base64.b64decode(part[1].replace(b"\n", b""))):
                return undo_line_ends(decoded)
    return data


def _from_html(data: bytes) -> bytes:
    """Give the text of a page: without its marks, and with its characters."""
    return _CHARACTER.sub(_character, _TAG.sub(b"", _BREAK.sub(b"\n", data))) if is_html(data) else data


def _character(match: re.Match[bytes]) -> bytes:
    if match[3] is not None:
        return _NAMED.get(match[3], match[0])
    number = int(match[1]) if match[1] is not None else int(match[2], 16)
    is_one = number < 0x110000 and not 0xD800 <= number < 0xE000
    return chr(number).encode() if is_one else match[0]


def text_of(data: bytes) -> str | None:
    """Give a file's text: UTF-8, or UTF-16 by its mark, without the mark; None if it is none."""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8-sig")
    return None


def parse_any(text: str) -> Any:
    """Parse JSON of any form; numbers that are whole are integers, as they are in a browser.

    Raises:
        Malformed: It is none (`not-json`).
    """
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_whole)
    except (ValueError, RecursionError) as error:
        raise Malformed("not-json", "$", "JSON", error) from error


def _whole(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _no_constant(name: str) -> None:
    raise ValueError(name)


def written_again(data: bytes) -> bytes:
    """Give JSON that a program indented or sorted otherwise in its one form again; as it is where that has none."""
    with suppress(Malformed, ValueError, TypeError, RecursionError):
        return canonical(parse_any(text_of(data) or ""))
    return data
