"""What a witness's refusal means to the log that asked."""

from tests.rows import each_row

from constancia.ledger.witnesses.protocol import refusal_code


@each_row(
    ("status", "is_proof_sound", "code"),
    [
        (422, True, "conflict"),  # another tree was cosigned: since July 2026 also for an equal size
        (422, False, "no_proof"),  # this store can't prove its own growth
        (409, True, "conflict"),  # an equal size with another root, before
        (409, False, "conflict"),
        (403, True, "refused"),
        (500, False, "refused"),
    ],
)
def test_refusal_is_named_by_status_and_what_was_asked(status: int, is_proof_sound: bool, code: str) -> None:
    assert refusal_code(status, is_proof_sound=is_proof_sound) == code
