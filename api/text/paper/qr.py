"""QR codes for receipts on paper: a permalink, and also the proof if it fits (`links`)."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from constancia.api.text.paper.links import permalink, proof_fragment, without_long_signatures

if TYPE_CHECKING:
    import segno

# 129 modules a side: 6 cm wide each is 0.46 mm, which office printers hold and phones read. It is enough for the proof
# of a log of a million entries with three cosignatures.
MAX_VERSION: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code.

    Attributes:
        text: Its content.
        designator: Version and error correction, e.g. `6-M`.
        svg: The image; it has no size of its own.
    """

    text: str
    designator: str
    svg: bytes


def qr_code(address: str, leaf_hash: bytes, receipt: bytes | None = None) -> QrCode:
    """Make an entry's QR code.

    Args:
        address: Where the ledger is served.
        leaf_hash: The entry's leaf hash.
        receipt: Its receipt, whose proof is included if the code remains small enough to scan.

    Returns:
        The code, with error correction M for a link alone and L with a proof, which is long and can be fetched again.

    Source: ISO/IEC 18004; ours: `links`.
    """
    link = permalink(address, leaf_hash)
    for proof in () if receipt is None else (receipt, without_long_signatures(receipt)):
        fragment = proof_fragment(proof)
        # Two segments: in alphanumeric mode the proof's letters take 5.5 bits each.
        code = _fitting([(f"{link}#", None), (fragment, None)])
        if code is not None:
            return _drawn(code, f"{link}#{fragment}", link)
    import segno  # noqa: PLC0415 (the server starts without it)

    return _drawn(segno.make(link, error="m", micro=False), link, link)


def _fitting(segments: list[tuple[str, None]]) -> "segno.QRCode | None":
    import segno  # noqa: PLC0415 (the server starts without it)

    try:
        code = segno.make(segments, error="l", micro=False)  # type: ignore[arg-type] # segments are not in its types
    except segno.DataOverflowError:
        return None
    return code if int(code.version) <= MAX_VERSION else None


def _drawn(code: "segno.QRCode", text: str, title: str) -> QrCode:
    out = io.BytesIO()
    # A white background: on a dark page a code without one cannot be scanned.
    code.save(out, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, title=title)
    return QrCode(text=text, designator=code.designator, svg=out.getvalue())
