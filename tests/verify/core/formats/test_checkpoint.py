"""What a log says of itself: one text for one size and root, under the log's own key."""

import base64
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, Log, LogKey, Witness

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import (
    format_checkpoint,
    is_by_other_key,
    is_signed_by,
    open_checkpoint,
    parse_checkpoint,
    read_checkpoint,
)
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    NoteSignature,
    VerifierKey,
    format_note,
    parse_note,
    verifier_key,
)

ROOT = bytes(range(32))
ENCODED = base64.b64encode(ROOT).decode()


@given(st.integers(0, 10**15), st.binary(min_size=32, max_size=32))
def test_text_is_read_back_as_written(size: int, root: bytes) -> None:
    read = parse_checkpoint(format_checkpoint(ORIGIN, size, root))
    assert (read.origin, read.size, read.root, read.extensions) == (ORIGIN, size, root, ())


def test_size_is_below_2_to_the_53() -> None:
    assert parse_checkpoint(format_checkpoint(ORIGIN, 2**53 - 1, ROOT)).size == 2**53 - 1
    with pytest.raises(Malformed, match=str(2**53)):
        parse_checkpoint(format_checkpoint(ORIGIN, 2**53, ROOT))


@each_row(
    "text",
    [
        "", "\n", f"o\n1\n{ENCODED}", f"o\n1\n{ENCODED}\n\n", f"\n1\n{ENCODED}\n", f"o\n\n{ENCODED}\n", "o\n1\n\n",
        "o\n1\n", f"o\n01\n{ENCODED}\n", f"o\n-1\n{ENCODED}\n", f"o\n+1\n{ENCODED}\n", f"o\n1.0\n{ENCODED}\n",
        f"o\n1 \n{ENCODED}\n", f"o\n٣\n{ENCODED}\n", f"o\n{'9' * 17}\n{ENCODED}\n", f"o\n1\n{ENCODED[:-1]}\n",
        f"o\n1\n{ENCODED[:-4]}\n", f"o\n1\n {ENCODED}\n", f"o\n1\n{ENCODED}\n\nextra\n",
        f"o\n1\n{base64.urlsafe_b64encode(bytes([255] * 32)).decode()}\n",
    ],
)  # fmt: skip
def test_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(text)


def test_extension_lines_are_read_and_then_refused_in_ours() -> None:
    text = format_checkpoint(ORIGIN, 1, ROOT) + "extension\n"
    assert parse_checkpoint(text).extensions == ("extension",)
    assert read_checkpoint(format_note(text, [Witness("a").line(text)])) == parse_checkpoint(text)
    signer = LogKey()
    line = NoteSignature(name=ORIGIN, key_hash=signer.verifier.key_hash, blob=signer.key.private.sign(text.encode()))
    with pytest.raises(Malformed, match="extension"):
        open_checkpoint(format_note(text, [line]), signer.verifier)


def test_sound_checkpoint_is_opened(log: Log) -> None:
    checkpoint, note = open_checkpoint(log.checkpoint(), log.signer.verifier)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, log.size, log.tree.root())
    assert note.text == format_checkpoint(ORIGIN, log.size, log.tree.root())


def test_unknown_signatures_beside_the_logs_are_ignored(log: Log) -> None:
    raw = log.signer.checkpoint(log.size, log.tree.root(), (Witness("grease"), Witness("more")))
    assert open_checkpoint(raw, log.signer.verifier)[0].size == log.size


def test_checkpoint_without_the_logs_signature_is_refused(log: Log) -> None:
    note = parse_note(log.checkpoint())
    raw = format_note(note.text, [Witness("a").line(note.text)])
    with pytest.raises(Malformed, match="a signature by"):
        open_checkpoint(raw, log.signer.verifier)
    assert not is_signed_by(parse_note(raw), log.signer.verifier)


def test_failing_line_of_the_logs_key_rejects_the_note_also_beside_a_sound_one(log: Log) -> None:
    note = parse_note(log.checkpoint())
    good = note.signatures[0]
    bad = replace(good, blob=bytes(64))
    for lines in ([good, bad], [bad, good]):
        with pytest.raises(Malformed, match="sound signature"):
            open_checkpoint(format_note(note.text, lines), log.signer.verifier)


def test_plain_signature_by_a_witness_key_is_not_a_logs(log: Log) -> None:
    signer = LogKey()
    cosigner = verifier_key(ORIGIN, COSIGNATURE_ED25519, signer.key.raw)
    text = format_checkpoint(ORIGIN, log.size, log.tree.root())
    line = NoteSignature(name=ORIGIN, key_hash=cosigner.key_hash, blob=signer.key.private.sign(text.encode()))
    with pytest.raises(Malformed, match="sound signature"):
        open_checkpoint(format_note(text, [line]), cosigner)


def test_checkpoint_of_another_key_or_origin_is_refused(log: Log) -> None:
    for other in (LogKey("another"), LogKey(origin="example.org/other")):
        with pytest.raises(Malformed):
            open_checkpoint(log.checkpoint(), other.verifier)


def refusal_of(raw: bytes, *keys: VerifierKey) -> str:
    """The code of the error with which a note is refused; empty where it is opened."""
    try:
        open_checkpoint(raw, *keys)
    except Malformed as error:
        return error.code
    return ""


TEXT = format_checkpoint(ORIGIN, 1, ROOT)
FIRST, SECOND, THIRD = (LogKey(name) for name in ("log", "log that follows", "another"))


def line_by(signer: LogKey) -> NoteSignature:
    return parse_note(signer.checkpoint(1, ROOT)).signatures[0]


BY_THIRD, WITNESSED = line_by(THIRD), Witness("a").line(TEXT)


# Of a log whose keys are the first and the second one.
@each_row(
    ("lines", "is_other"),
    [
        ([line_by(FIRST)], False),
        ([line_by(SECOND)], False),
        ([BY_THIRD], True),
        ([BY_THIRD, WITNESSED], True),
        ([BY_THIRD, line_by(FIRST)], False),
        ([BY_THIRD, replace(line_by(FIRST), blob=bytes(64))], False),  # claims to be by a key of the log, and fails
        ([WITNESSED], False),
        ([replace(WITNESSED, name=ORIGIN)], False),  # under the log's name, and no plain signature
        ([replace(BY_THIRD, name=WITNESSED.name)], False),  # a plain signature, and not under the log's name
        ([replace(line_by(FIRST), key_hash=bytes(4))], False),  # damaged, and by a key of the log still
        ([replace(line_by(SECOND), key_hash=bytes(4))], False),
        ([replace(BY_THIRD, key_hash=bytes(4))], True),
    ],
)
def test_another_key_of_the_log_is_one_that_signed_under_its_name_alone(
    lines: Sequence[NoteSignature], *, is_other: bool
) -> None:
    keys = FIRST.verifier, SECOND.verifier
    raw = format_note(TEXT, lines)
    assert is_by_other_key(parse_note(raw), keys) is is_other
    assert (refusal_of(raw, *keys) == "other-log-key") is is_other


@given(st.data())
def test_changed_byte_is_refused_or_in_what_the_log_does_not_sign(log: Log, data: st.DataObject) -> None:
    raw = log.signer.checkpoint(log.size, log.tree.root(), (Witness("a"),))
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    was, _ = open_checkpoint(raw, log.signer.verifier)
    try:
        found, note = open_checkpoint(changed, log.signer.verifier)
    except Malformed:
        return
    # Only the witness's line may have changed: it is unknown here, and ignored.
    assert found == was
    assert note.signatures[0] == parse_note(raw).signatures[0]
    assert at >= raw.index(b"\xe2\x80\x94 witness.example/a")
