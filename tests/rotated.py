"""A small log while its key is replaced: which of its keys signed the checkpoint, and which a policy lists."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests.verify.small_ledger import Log, LogKey, Witness, write

from constancia.verify.core.formats.note import format_note, format_vkey, parse_note

# Entry 0 names the old one.
KEYS = {
    "old": LogKey("log"),
    "new": LogKey("log that follows"),
    "stranger": LogKey("stranger"),
}
SIGNED = {"old": ["old"], "new": ["new"], "both": ["old", "new"], "stranger": ["stranger"]}
LISTED = {"old": ["old"], "new": ["new"], "both": ["old", "new"], "none": []}
SITUATIONS = [(signed, listed) for signed in SIGNED for listed in LISTED]


class KeyRing(LogKey):
    """Signs as a log that has several keys."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("log")
        self.keys = [KEYS[name] for name in names]

    def checkpoint(self, size: int, root: bytes, witnesses: Sequence[Witness] = ()) -> bytes:
        notes = [parse_note(key.checkpoint(size, root, witnesses)) for key in self.keys]
        return format_note(notes[0].text, [*(note.signatures[0] for note in notes), *notes[0].signatures[1:]])


def signed_by(log: Log, signed: str) -> Log:
    """The same entries, with a checkpoint by these keys."""
    return replace(log, signer=KeyRing(SIGNED[signed]))


def write_policy(trust: Path, listed: str) -> None:
    """Put a policy with these keys into a trust folder."""
    lines = [*(f"log {format_vkey(KEYS[name].verifier)}" for name in LISTED[listed]), "quorum none", ""]
    write(trust / "policy", "\n".join(lines).encode())


def expected(signed: str, listed: str) -> Iterator[str]:
    """What is left open: nothing where a listed key signed; without a policy the key of entry 0 is all there is."""
    if listed == "none":
        yield "no-trust"
    if not set(SIGNED[signed]).intersection(LISTED[listed] or ["old"]):
        yield "other-log-key"
