"""Bytes as an HTTP resource: validators, conditional and range requests, content coding (RFC 9110).

The library parses the headers; this module decides which response follows.

- R1: an entity tag is strong and names one sequence of bytes: a compressed form has its own tag.
- R2: a single range is answered; several ranges, another unit, or a malformed range are ignored (RFC 9110 §14.2).
- R3: a range always refers to the uncompressed bytes, so that parts from two servers fit together.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags, parse_range_header

# Only for bytes that an address gives forever: a cache asks for them never again.
IMMUTABLE: Final = "public, max-age=31536000, immutable"
# For what may be withdrawn or change: a cache may store it, and asks each time whether it may still give it.
REVALIDATED: Final = "no-cache"
_TAG_BYTES: Final = 16
_LEVEL: Final = 6
_RARE: Final = bytes(set(range(0x20)) - set(b"\n"))  # what JSON escapes besides quotes, backslashes and line feeds


def represent(  # noqa: PLR0913 - an answer has this many sides
    request: Request,
    data: bytes,
    *,
    media_type: str,
    cache: str,
    headers: Mapping[str, str] | None = None,
    tag: str | None = None,
    may_compress: bool = False,
) -> Response:
    """Return the response to a GET of some bytes.

    Args:
        request: The request, whose `If-None-Match`, `Range`, `If-Range` and `Accept-Encoding` are heeded.
        data: All bytes of the resource.
        media_type: Content type.
        cache: Value of `Cache-Control`, without a default: each route decides whether its bytes can be withdrawn.
        headers: Further headers.
        tag: Entity tag of the plain bytes, if they already have a hash.
        may_compress: Whether gzip may be used if the client accepts it.

    Returns:
        200, 206 or 304.

    Raises:
        HTTPException: 416, with the length in `Content-Range`.

    Source: RFC 9110 §8.8.3, §12.5.3, §13.1.2, §13.1.5, §14.
    """
    all_headers = {**(headers or {}), "Accept-Ranges": "bytes", "Cache-Control": cache}
    if may_compress:
        all_headers["Vary"] = "Accept-Encoding"
    tag = tag or hashlib.sha256(data).hexdigest()[: 2 * _TAG_BYTES]
    wants_range = "range" in request.headers
    if may_compress and prefers_gzip(request.headers.get("accept-encoding", ""), plain_too=wants_range):
        tag += "-gzip"
        all_headers["Content-Encoding"] = "gzip"
        wants_range = False
    all_headers["ETag"] = f'"{tag}"'
    if parse_etags(request.headers.get("if-none-match")).contains_weak(tag):
        all_headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=all_headers)
    if "Content-Encoding" in all_headers:
        return Response(gzip.compress(data, _LEVEL, mtime=0), media_type=media_type, headers=all_headers)
    part = _range_of(request, len(data), all_headers["ETag"]) if wants_range else None
    if part is None:
        return Response(data, media_type=media_type, headers=all_headers)
    start, stop = part
    all_headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return Response(data[start:stop], 206, media_type=media_type, headers=all_headers)


def json_text(text: bytes) -> bytes:
    """Give a text as a string of JSON: what `json.dumps` gives, which looks at each character, in a tenth of its time.

    Args:
        text: UTF-8.

    Source: RFC 8259 §7.
    """
    if len(text.translate(None, _RARE)) != len(text):
        return json.dumps(text.decode(), ensure_ascii=False).encode()
    return b'"%b"' % text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def prefers_gzip(accepted: str, *, plain_too: bool = False) -> bool:
    """Return whether to send gzip rather than plain bytes.

    Args:
        accepted: The value of `Accept-Encoding`, empty if there is none.
        plain_too: Whether we prefer plain bytes, so that gzip is used only if the client refuses them.

    Source: RFC 9110 §12.5.3: plain bytes are acceptable unless `identity;q=0`, or `*;q=0` without `identity`.
    """
    codings = parse_accept_header(accepted, Accept)
    quality = codings.quality("gzip")
    if plain_too:
        refused = any(name.lower() in ("identity", "*") for name, _ in codings) and codings.quality("identity") == 0
        return quality > 0 and refused
    return quality > 0 and quality >= codings.quality("identity")


def _range_of(request: Request, length: int, tag: str) -> tuple[int, int] | None:
    """Return the requested range as first and past-last byte; None to send everything."""
    if request.headers.get("if-range", tag) != tag:
        return None
    asked = parse_range_header(request.headers["range"])
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    first, stop = asked.ranges[0]
    if first < 0:  # a suffix range; of a shorter file it is everything
        return max(0, length + first), length
    if first >= length:
        raise HTTPException(416, "the range lies past the end", {"Content-Range": f"bytes */{length}"})
    return first, length if stop is None else min(stop, length)
