"""The receipt on paper that checks itself: PDF/A-3 and PDF/UA, with the receipt's own file inside.

What is printed is for people; what proves is the file that is attached, byte for byte. The same receipt gives the same
bytes. The library `typst` makes it (extra `pdf`); without it there is no such address.
"""

import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

# What is left out where a document can't be made: all but the writings that the library's own fonts have; and where
# that is not enough, since a writing has places without a letter and marks without a shape, all but plain Latin.
_LEFT_OUT: Final = (
    re.compile("[^\t\n -\u024f\u0300-\u036f\u0370-\u03ff\u0400-\u04ff\u0590-\u05ff\u2010-\u2027\u20ac]"),
    re.compile("[^\t\n -~\u00a0-\u017f\u2010-\u2027\u20ac]"),
)
_STANDARDS: Final = ["a-3a", "ua-1"]
# All texts come in as data: nothing that anybody wrote is read as markup.
_SOURCE: Final = """
#let facts = json("facts.json")
#set document(title: facts.title, author: facts.ledger)
#set page(paper: "a4", margin: 2.2cm, footer: align(center, text(9pt, facts.address)))
#set text(lang: facts.lang, size: 11pt)
#set par(justify: false, leading: 0.7em)
#show heading: set block(below: 1em)
= #facts.title
#text(13pt, weight: "bold", facts.sentence)

#facts.recorded

#for words in facts.own_words { block(inset: (left: 1em), text(lang: words.lang, style: "italic", words.text)) }

#for row in facts.rows { block[#strong(row.name): #row.value] }

#grid(columns: (auto, 1fr), column-gutter: 1.5em,
  image("qr.svg", width: 5cm, alt: facts.qr),
  align(horizon)[#facts.how])
#pdf.attach(facts.file, relationship: "source", mime-type: "text/plain", description: facts.title)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReceipt:
    """What is printed, in the reader's language, and the receipt.

    Attributes:
        lang: `es` or `en`.
        index: The entry's.
        title: Heading.
        ledger: The ledger's origin.
        sentence: What was said, as a sentence.
        recorded: When it was recorded.
        own_words: Texts of the signer, each with its language.
        rows: Names and values.
        how: How to check it.
        qr_alt: What the QR code is.
        address: Where the entry is found.
        qr: The QR code, SVG.
        receipt: The receipt's file.
        at: When the entry was recorded: the document's date.
    """

    lang: str
    index: int
    title: str
    ledger: str
    sentence: str
    recorded: str
    own_words: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str]]
    how: str
    qr_alt: str
    address: str
    qr: bytes
    receipt: bytes
    at: datetime


def can_print() -> bool:
    """Tell whether the library is installed."""
    return importlib.util.find_spec("typst") is not None


def receipt_pdf(printed: PaperReceipt) -> bytes:
    """Make the document.

    Args:
        printed: What it says.

    Returns:
        PDF/A-3a, which is PDF/UA-1 too, with `constancia-<index>.tlog-proof` attached.

    Source: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1).
    """
    import json  # noqa: PLC0415 - with the library, when it is asked for

    import typst  # noqa: PLC0415 - an extra

    name = f"constancia-{printed.index}.tlog-proof"
    facts: Mapping[str, object] = {
        "address": printed.address,
        "file": name,
        "how": printed.how,
        "lang": printed.lang,
        "ledger": printed.ledger,
        "own_words": [{"lang": lang.split("-")[0], "text": text} for lang, text in printed.own_words],
        "qr": printed.qr_alt,
        "recorded": printed.recorded,
        "rows": [{"name": name, "value": value} for name, value in printed.rows],
        "sentence": printed.sentence,
        "title": printed.title,
    }

    def made(words: str) -> bytes:
        files = {"main.typ": _SOURCE, "facts.json": words, "qr.svg": printed.qr, name: printed.receipt}
        document: bytes = typst.compile(  # type: ignore[call-overload]  # files by name are not in the library's types
            {path: data.encode() if isinstance(data, str) else data for path, data in files.items()},
            format="pdf", pdf_standards=_STANDARDS, timestamp=int(printed.at.timestamp()), ignore_system_fonts=True,
        )  # fmt: skip
        return document

    words = json.dumps(facts, ensure_ascii=False)
    for left_out in _LEFT_OUT:
        try:
            return made(words)
        except typst.TypstError:  # the standard forbids a sign without a shape
            words = left_out.sub("?", words)
    return made(words)
