"""Files that are no receipt, ledger or entry, or that are one inside another: of every kind, made from nothing.

Both verifiers are shown them, and name the same kind.
"""

import base64
import gzip
import io
import json
import quopri
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cache

from tests.verify.small_ledger import Log

from constancia.verify.core.formats.canonical import parse_canonical

DATE = (2026, 1, 1, 0, 0, 0)
HEAD = b"From: ana@example.org\r\nTo: luis@example.org\r\nSubject: la constancia\r\nMIME-Version: 1.0\r\n"
NOTICE = '<html lang="es"><head><title>Registro</title></head><body><h1>Registro 17</h1><pre>'


def archive(members: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A zip, the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return made.getvalue()


def mail(data: bytes, *, name: str = "constancia.tlog-proof", more: str = "") -> bytes:
    """A mail with a file attached, as mail programs write it."""
    lines = base64.encodebytes(data).replace(b"\n", b"\r\n")
    parts = (
        f'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        f"Hola, va la constancia.{more}\r\n\r\n--b1\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return HEAD + parts.encode() + lines + b"\r\n--b1--\r\n"


def _database() -> bytes:
    with sqlite3.connect(":memory:") as made:
        made.execute("CREATE TABLE places (url TEXT)")
        return made.serialize()


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        info = tarfile.TarInfo("notas.txt")
        info.size = 4
        packed.addfile(info, io.BytesIO(b"hola"))
    return made.getvalue()


def _by_another_method(bundle: bytes) -> bytes:
    """The same zip, which says of each member that it was packed by Deflate64, as some desktops do."""
    data = bytearray(bundle)
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.find(mark)
        while place >= 0:
            struct.pack_into("<H", data, place + at, 9)
            place = data.find(mark, place + 4)
    return bytes(data)


def _statement(raw: bytes) -> dict[str, object]:
    statement: dict[str, object] = parse_canonical(raw)["statement"]
    return statement


def text_files(log: Log, receipt: bytes) -> dict[str, bytes]:
    """Texts: by name, with the receipt in some of them."""
    entry = log.entries[17]
    parsed = parse_canonical(entry)
    signed = {"signatures": parsed["signatures"], "statement": parsed["statement"]}
    indented = json.dumps(parsed, ensure_ascii=False, indent=2).encode()
    page = receipt.decode()
    return {
        "JSON object": b'{"a":1}', "JSON list": b"[1, 2]\n", "JSON number": b"12.5\n", "JSON text": b'"hola"',
        "JSON data": json.dumps({"type": "FeatureCollection", "features": [{"x": 1.5}] * 40}, indent=1).encode(),
        "API document": json.dumps({"size": 30, "root": "ab" * 32, "at": "2026-01-01", "agreements": []}).encode(),
        "report": json.dumps({"verdict": "intact", "exit_code": 0, "source": {}}, indent=1).encode(),
        "signed statement": json.dumps(signed, separators=(",", ":"), sort_keys=True).encode(),
        "signed statement indented": json.dumps(signed, indent=2).encode() + b"\n",
        "statement": json.dumps(_statement(entry), separators=(",", ":"), sort_keys=True).encode(),
        "statement indented": json.dumps(_statement(entry), indent=4).encode(),
        "entry with a line end": entry + b"\n", "entry indented": indented,
        "entry indented, CRLF": indented.replace(b"\n", b"\r\n"), "entry indented, BOM": b"\xef\xbb\xbf" + indented,
        "entry in other order": json.dumps(dict(reversed(parsed.items())), ensure_ascii=False).encode(),
        "entry escaped": json.dumps(parsed).encode(), "entry as UTF-16": indented.decode().encode("utf-16"),
        "entry cut": entry[:-40], "entry with more": indented[:-2] + b',\n "more": 1\n}',
        "receipt CRLF": receipt.replace(b"\n", b"\r\n"), "receipt BOM": b"\xef\xbb\xbf" + receipt,
        "receipt in a mail": mail(receipt), "receipt in a long mail": mail(receipt, more=" Gracias." * 900),
        "receipt in a mail, LF": mail(receipt).replace(b"\r\n", b"\n"),
        "receipt in a mail's text": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring(receipt).replace(b"\n", b"\r\n"),
        "mail": HEAD + "\r\nHola, mañana la mando.\r\n".encode(),
        "mail with a photo": mail(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, name="foto.jpg"),
        "mail with half a receipt": mail(receipt[: len(receipt) // 2]),
        "receipt in a page": f"<!DOCTYPE html>\n{NOTICE}{page}</pre></body></html>\n".encode(),
        "receipt in a page, escaped": (
            f"<!DOCTYPE html>\n{NOTICE}{page.replace('—', '&#8212;').replace('+', '&#x2b;')}</pre></body></html>\n"
        ).encode(),
        "receipt deep in a page": f"<!DOCTYPE html>\n<!-- {'x' * 9000} -->{NOTICE}{page}</pre></body></html>".encode(),
        "page": f"<!DOCTYPE html>\n{NOTICE}no hay</pre></body></html>\n".encode(),
        "XML": b'<?xml version="1.0"?>\n<acta><voto>si</voto></acta>\n',
        "text": "Acta de la sesión: se votó en contra.\n".encode(), "text as UTF-16": "Acta\n".encode("utf-16"),
        "text of one byte a letter": "Acta de la sesión\n".encode("latin-1"), "table": b"a;b\n1;2\n",
        "checkpoint": log.checkpoint(min(30, log.size)),
        "private key": b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
        "encrypted private key": b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4C\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "certificate": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    }  # fmt: skip


def binary_files(bundle: bytes, receipt: bytes) -> dict[str, bytes]:
    """Files that are no texts, by name."""
    office = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return {
        "empty": b"", "zeros": bytes(900), "blank": b" \r\n\n",
        "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(90), "PNG": b"\x89PNG\r\n\x1a\n" + bytes(90),
        "GIF": b"GIF89a" + bytes(20), "HEIC": b"\0\0\0\x18ftypheic" + bytes(60), "WebP": b"RIFF\x10\0\0\0WEBPVP8 ",
        "video": b"\0\0\0\x18ftypisom" + bytes(60), "sound": b"ID3\x03" + bytes(60),
        "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        "DOCX": archive(office), "XLSX": archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
        "ODT": archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, stored=True),
        "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "RTF": b"{\\rtf1\\ansi Acta}",
        "zip of photos": archive({"a/1.jpg": b"\xff\xd8\xff" + bytes(99), "a/2.jpg": bytes(99)}),
        "zip of receipts": archive({"mis constancias/uno.tlog-proof": receipt, "leeme.txt": b"hola"}),
        "zip in a zip": archive({"libro.zip": bundle}, stored=True), "zip without anything": archive({}),
        "zip of a program": archive({"META-INF/MANIFEST.MF": b"Main-Class: x\n"}),
        "zip cut": bundle[: len(bundle) // 2], "zip by another method": _by_another_method(bundle),
        "gz": gzip.compress(receipt, mtime=0), "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(60), "tar": _tar(),
        "rar": b"Rar!\x1a\x07\x01\0" + bytes(60), "xz": b"\xfd7zXZ\0" + bytes(60),
        "database": _database(), "ELF": b"\x7fELF\x02\x01\x01" + bytes(60), "EXE": b"MZ\x90\0" + bytes(60),
        "script": b"#!/bin/sh\necho hola\n", "DER": b"0\x82\x03\x10" + bytes(60), "noise": bytes(range(1, 200)) * 3,
    }  # fmt: skip


@cache
def files_of(log: Log, bundle: bytes, receipt: bytes) -> Mapping[str, bytes]:
    """All of them, by name."""
    return text_files(log, receipt) | binary_files(bundle, receipt)
