"""The verifier's own source as a module for the signing page: the same canonical form, tree, notes and signatures.

- J1: the signing page checks by the code that the single-file verifier is built from; nothing of it is written twice.
"""

import hashlib
from functools import cache
from importlib import resources
from typing import Final

from fastapi import Request, Response

from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.query import Router

router = Router(include_in_schema=False)
# In this order they are one script; what the verifier's page does with whole files is not among them.
_PARTS: Final = ("bytes", "sha256", "json", "tree", "keys", "entry", "notes", "receipt")
_EXPORTED: Final = (
    "Malformed", "base64", "checkLogSignature", "concat", "decode", "hex", "isAdmitted", "isStatementSigned",
    "leafHash", "nodeHash", "pae", "parseCanonical", "parseCheckpoint", "parseKey", "parseLogVkey", "parseReceipt",
    "provenRoot", "sha256", "toBase64", "unhex", "utf8",
)  # fmt: skip


@cache
def verifier_module() -> bytes:
    """Return the module's bytes: the verifier's source files, unchanged, and a line that exports what signing needs."""
    folder = resources.files("constancia.verify").joinpath("page")
    source = "\n".join(folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in _PARTS)
    return f"{source}\nexport {{{', '.join(_EXPORTED)}}};\n".encode()


@router.get("/static/signing/verifier.js")
def verifier(request: Request) -> Response:
    """Give the module."""
    module = verifier_module()
    tag = hashlib.sha256(module).hexdigest()
    return represent(request, module, media_type="text/javascript; charset=utf-8", cache=REVALIDATED, tag=tag)
