"""V10: sizes and indexes below 2^53 everywhere, so that a verifier that has only doubles reads the same numbers."""

import base64
from collections.abc import Callable

import pytest
from tests.rows import each_row

from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.timestamps.anchor_store import size_in
from constancia.ledger.witnesses.protocol import parse_size
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import format_checkpoint, parse_checkpoint
from constancia.verify.sources.contradiction_file import HEADER as CONTRADICTION
from constancia.verify.sources.contradiction_file import parse_contradiction
from constancia.verify.wire.tlog_proof import HEADER, parse_tlog_proof

LARGEST = 2**53 - 1
KEY = f"log {LogSigner.generate('log.example').vkey}"


def of_contradiction(number: int) -> None:
    raw = f"{CONTRADICTION}\n{KEY}\nentry {number} {base64.b64encode(b'x').decode()}\nnewer 1\n\nx".encode()
    try:
        parse_contradiction(raw)
    except Malformed as error:
        if error.where == "contradiction.entry":
            raise


def of_anchor(number: int) -> None:
    if size_in(f"{number}/checkpoint") is None:
        raise Malformed("anchor", "path", "a size")


READERS: dict[str, Callable[[int], object]] = {
    "receipt": lambda number: parse_tlog_proof(f"{HEADER}\nindex {number}\n\nx".encode()),
    "checkpoint": lambda number: parse_checkpoint(format_checkpoint("log.example", number, bytes(32))),
    "contradiction": of_contradiction,
    "witness": lambda number: parse_size(b"%d\n" % number),
    "anchor": of_anchor,
}


@each_row("name", READERS)
def test_v10_number_that_a_double_may_round_is_of_another_form(name: str) -> None:
    READERS[name](LARGEST)
    for number in (LARGEST + 1, LARGEST + 2, 10**16 - 1, 10**16):
        with pytest.raises(Malformed):
            READERS[name](number)
