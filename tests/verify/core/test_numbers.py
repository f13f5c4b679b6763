"""The specification's numbers, written once more: a test that takes a bound from the code notices no other bound."""

from tests.rows import each_row

from constancia.verify.core import log, report
from constancia.verify.core.authorship import powers
from constancia.verify.core.formats import canonical, cosignature, entry, note, signatures

NUMBERS = [
    (canonical.MAX_DEPTH, 16), (canonical.MAX_INTEGER, 9_007_199_254_740_991), (canonical.MAX_STATEMENT_BYTES, 32_768),
    (canonical.MAX_ENTRY_BYTES, 65_535), (entry.WIRE_FORMAT, 1), (entry.MAX_SIGNATURES, 16), (log.CLOCK_SKEW_S, 300),
    (note.MAX_NOTE_BYTES, 1_000_000), (note.MAX_SIGNATURES, 100), (note.KEY_BYTES, {1: 32, 4: 32, 6: 1_312}),
    (cosignature._BLOB_BYTES, {4: 8 + 64, 6: 8 + 2_420}), (signatures.RSA_EXPONENT, 65_537),
    (signatures.RSA_MIN_BITS, 2_048), (signatures.RSA_MAX_BITS, 8_192), (powers.NEWEST, 3),
    (report.MAX_FAULTS, 10_000), (report.MAX_KEPT, 2_048),
]  # fmt: skip


@each_row(("number", "wanted"), NUMBERS)
def test_number_is_the_specifications(number: object, wanted: object) -> None:
    assert number == wanted


def test_points_of_small_order_are_the_eight_with_either_sign() -> None:
    """Source: the encodings that RFC 8032's decoding maps to points whose order divides 8."""
    p, y = 2**255 - 19, 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    d = -121665 * pow(121666, -1, p) % p
    assert p == signatures._P
    assert signatures._L == 2**252 + 27742317777372353535851937790883648493
    # Doubling a point of order 8 gives one of order 4, whose y is 0: x² = -y², with x² = (y² - 1) / (d·y² + 1).
    assert (y * y - 1) * pow(d * y * y + 1, -1, p) % p == -y * y % p
    wanted = {n | sign << 255 for n in (0, 1, p - 1, y, p - y) for sign in (0, 1)}
    assert {int.from_bytes(one, "little") for one in signatures._SMALL_ORDER} == wanted


@each_row("plane", range(17))
def test_last_two_characters_of_each_plane_are_forbidden_and_no_other_of_its_end(plane: int) -> None:
    start = plane * 0x1_0000
    allowed = [n for n in (0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF) if not canonical.FORBIDDEN.match(chr(start + n))]
    assert allowed == [0xFFFC, 0xFFFD]
