"""Which checkpoints a verifier accepts while a log's key is replaced: the core and the whole verifier say the same."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.rotated import KEYS, SITUATIONS, KeyRing, expected, signed_by, write_policy
from tests.verify.small_ledger import Log, Witness, Writer, verify

from constancia.ledger.wire.composition import format_contradiction
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import NoteSignature, format_note, parse_note
from constancia.verify.core.log import check_log
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import unreadable_text
from constancia.verify.report.words import REFUSED
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

LOG = Writer().found().sign_agreement().report(1).log()
OLD, NEW = KEYS["old"].verifier, KEYS["new"].verifier


def trust_in(folder: Path, listed: str) -> Path | None:
    if listed == "none":
        return None
    LOG.write_trust(folder)
    write_policy(folder, listed)
    return folder


def codes(report: Report) -> tuple[Verdict, list[str], int]:
    return report.verdict, sorted(one.code for one in report.open), report.faults_total


@pytest.mark.parametrize(("signed", "listed"), SITUATIONS)
def test_a_listed_key_is_enough_and_another_one_accuses_nobody(signed: str, listed: str, tmp_path: Path) -> None:
    log, trust = signed_by(LOG, signed), trust_in(tmp_path / "trust", listed)
    left_open = sorted(expected(signed, listed))
    verdict = Verdict.INCONCLUSIVE if left_open else Verdict.INTACT
    for source in (log.write_folder(tmp_path / "log"), log.write_ledger(tmp_path / "d", published=False)):
        assert codes(verify(source, trust)) == (verdict, left_open, 0)
    core = check_log(LOG.entries, log.checkpoint(), None if trust is None else load_trust(trust)).findings
    assert not core.faults
    assert set(left_open) <= {one.code for one in core.open}
    receipt = tmp_path / "r.tlog-proof"
    receipt.write_bytes(log.receipt(9))
    wanted = ["no-log-key", "no-trust"] if listed == "none" else left_open
    assert codes(verify(receipt, trust)) == (verdict, wanted, 0)


def test_policy_without_the_key_of_entry_0_says_that_it_replaces_it(tmp_path: Path) -> None:
    for listed, noted in (("new", True), ("both", False)):
        report = verify(signed_by(LOG, "new").write_folder(tmp_path / "log"), trust_in(tmp_path / listed, listed))
        assert ("log-key-replaced" in {one.code for one in report.notes}) is noted


class Handover(KeyRing):
    """The old key signs up to a size, and another one from there on."""

    def __init__(self, until: int, after: list[str]) -> None:
        super().__init__(["old"])
        self._old, self._after, self._until = self.keys, [KEYS[name] for name in after], until

    def checkpoint(self, size: int, root: bytes, witnesses: Sequence[Witness] = ()) -> bytes:
        self.keys = self._old if size <= self._until else self._after
        return super().checkpoint(size, root)


def handed_over(after: list[str]) -> Log:
    return replace(LOG, cuts=(3, 7, LOG.size), signer=Handover(7, after))


def test_store_keeps_what_the_former_key_signed_before(tmp_path: Path) -> None:
    source = handed_over(["new"]).write_ledger(tmp_path / "d", published=False)
    for listed in ("new", "both"):
        assert codes(verify(source, trust_in(tmp_path / listed, listed))) == (Verdict.INTACT, [], 0)


def test_retired_key_signs_no_last_checkpoint(tmp_path: Path) -> None:
    """Who stole it may have the store too; what only that key vouches for is never intact."""
    source = replace(handed_over(["new"]), signer=Handover(LOG.size, ["new"])).write_ledger(tmp_path / "d")
    assert codes(verify(source, trust_in(tmp_path / "t", "new"))) == (Verdict.INCONCLUSIVE, ["other-log-key"], 0)


@pytest.mark.parametrize("at", range(8))
def test_line_of_the_log_whose_key_hash_was_damaged_is_no_other_key(at: int, tmp_path: Path) -> None:
    note = parse_note(LOG.checkpoint())
    [line] = note.signatures
    changed = bytes(byte ^ (1 << at if number == at // 2 else 0) for number, byte in enumerate(line.key_hash))
    damaged = NoteSignature(name=line.name, key_hash=changed, blob=line.blob)
    folder = LOG.write_folder(tmp_path / "log")
    (folder / "checkpoint").write_bytes(format_note(note.text, [damaged]))
    report = verify(folder, trust_in(tmp_path / "t", "both"))
    assert (report.verdict, report.faults[0].code) == (Verdict.ALTERED, "checkpoint")


def test_two_histories_by_the_two_keys_of_one_log_are_a_contradiction(tmp_path: Path) -> None:
    notes = KEYS["new"].checkpoint(LOG.size, bytes(32)), KEYS["old"].checkpoint(LOG.size, LOG.tree.root())
    proof = tmp_path / "proof"
    proof.write_bytes(format_contradiction([OLD, NEW], *notes, []))
    verdicts = {listed: verify(proof, trust_in(tmp_path / listed, listed)) for listed in ("old", "new", "both", "none")}
    assert codes(verdicts.pop("both"))[::2] == (Verdict.ALTERED, 1)
    assert {one.verdict for one in verdicts.values()} == {Verdict.INCONCLUSIVE}
    proof.write_bytes(format_contradiction([OLD], *notes, []))
    assert [one.code for one in verify(proof, trust_in(tmp_path / "b", "both")).open] == ["contradiction-none"]


OLD_ONE, NEW_ONE = signed_by(LOG, "old").checkpoint(), signed_by(LOG, "new").checkpoint()


@pytest.mark.parametrize(
    ("listed", "in_trust", "since", "code"),
    [
        ("new", OLD_ONE, None, "kept-key"),
        ("new", None, OLD_ONE, "kept-key"),
        ("none", None, NEW_ONE, "kept-key"),
        ("new", b"no note", None, "kept"),
        ("new", None, b"no note", "kept"),
    ],
)
def test_saved_checkpoint_that_can_not_be_used_says_what_to_do(
    listed: str, in_trust: bytes | None, since: bytes | None, code: str, tmp_path: Path
) -> None:
    """Who replaced the anchor and left the former checkpoint in it is not stopped without a way on."""
    source, trust = signed_by(LOG, "new").write_folder(tmp_path / "log"), trust_in(tmp_path / "trust", listed)
    if trust is not None and in_trust is not None:
        (trust / "checkpoint").write_bytes(in_trust)
    with open_source(str(source)) as opened, pytest.raises(Unreadable) as caught:
        audit(opened, None if trust is None else load_trust(trust), since=since)
    assert caught.value.code == code
    for lang in ("es", "en"):
        _verdict, advice, _technical = unreadable_text(caught.value, lang).split("\n")
        assert advice == REFUSED[code][lang].replace("{first}", caught.value.where)
