"""What a witness's refusal means to the log that asked."""

import pytest

from constancia.ledger.witnesses.protocol import refusal_code


@pytest.mark.parametrize(
    ("status", "is_known_size", "code"),
    [
        (422, True, "conflict"),  # another root for a size, since July 2026
        (422, False, "no_proof"),
        (409, True, "conflict"),  # the same before
        (409, False, "conflict"),
        (403, True, "refused"),
        (500, False, "refused"),
    ],
)
def test_refusal_is_named_by_status_and_what_was_asked(status: int, is_known_size: bool, code: str) -> None:
    assert refusal_code(status, is_known_size=is_known_size) == code
