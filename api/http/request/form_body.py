"""The body of an HTML form: fields and files, within limits. Nothing of it is written to disk."""

import io
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from constancia.api.http.limits.security import bounded_body
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.verify.core.errors import Malformed

MAX_FIELDS_BYTES: Final = 1_048_576  # of all that is written by hand; a statement has at most 32,768 bytes
_MAX_PARTS: Final = 4_000
_KINDS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class FormBody:
    """A form's fields by name, each with all its values, and its files: name → file's name and bytes."""

    fields: dict[str, list[str]]
    files: dict[str, tuple[str, bytes]]


async def read_form(request: Request, most_bytes: int, timeout_s: float) -> FormBody:
    """Read the body of a form.

    Args:
        request: The request.
        most_bytes: Of its files.
        timeout_s: Seconds for the whole body.

    Raises:
        Refusal: E_CONTENT_TYPE: it is no form. E_TIMEOUT.
        Malformed: It is too large, or can't be read.

    Source: HTML, form submission; RFC 7578 (multipart/form-data), read by werkzeug.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind not in _KINDS:
        judged = {"expected": _KINDS[1], "found": kind[:80]}
        raise Refusal(Problem(code="E_CONTENT_TYPE", rule="the body is a form"), judged)
    data = await bounded_body(request, most_bytes + MAX_FIELDS_BYTES, timeout_s)
    # Files stay in memory: they are hashed, and dropped.
    if kind == _KINDS[0] and len(data) > MAX_FIELDS_BYTES:
        raise Malformed("too-large", "body", f"at most {MAX_FIELDS_BYTES} bytes", str(len(data)))
    parser = FormDataParser(
        stream_factory=lambda *_args, **_more: io.BytesIO(),
        max_form_memory_size=MAX_FIELDS_BYTES,
        max_form_parts=_MAX_PARTS,
        silent=False,
    )
    try:
        _stream, form, files = parser.parse(io.BytesIO(data), kind, len(data), options)
    except (HTTPException, ValueError) as error:
        raise Malformed("form", "body", "a form as browsers send it, with at most 1 MiB of text", kind) from error
    fields = {name: form.getlist(name) for name in form}
    named = {name: (item.filename or "", item.stream.read()) for name, item in files.items() if item.filename}
    return FormBody(fields, named)
