"""Level L5: anchors by a real authority (`openssl ts`), every way in which one can fail, and what they say of times."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.api.served import serving
from tests.ledger.authority import DAY, Certificate, TestAuthority, needs_openssl, present
from tests.ledger.conftest import Desk, OpenDesk
from tests.profile import sampled

from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.publication.target import FolderTarget, publish_anchors
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.timestamps.authorities import load_authorities
from constancia.ledger.timestamps.level5 import check_time
from constancia.ledger.timestamps.token import Unpinned, verify_token
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import parse_note
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

pytestmark = needs_openssl
UNDER_WAY = 1 << 20


@pytest.fixture
def tsa(tmp_path: Path, desk: Desk) -> TestAuthority:
    """An authority that the desk's trust folder pins as `tsa`; the ledger lacks nothing for a verdict."""
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    made = TestAuthority(tmp_path / "tsa")
    made.pin(desk.folder / "trust", "tsa")
    return made


@pytest.fixture
def anchored(desk: Desk, tsa: TestAuthority) -> Desk:
    """A published ledger whose last checkpoint is anchored."""
    keep(desk, tsa)
    desk.ledger.publish()
    return desk


def text_of(desk: Desk, size: int | None = None) -> bytes:
    return parse_note(desk.ledger.log.checkpoint(size)).text.encode()


def keep(
    desk: Desk, tsa: TestAuthority, size: int | None = None, name: str = "tsa", answer: bytes | None = None
) -> Path:
    """Puts an answer beside the log without looking at it: a careless operator, or a dishonest one."""
    size = size or desk.ledger.size
    made = tsa.stamp(text_of(desk, size)) if answer is None else answer
    return Path(desk.ledger.anchors.add(size, desk.ledger.log.checkpoint(size), name, made))


def grow(desk: Desk, count: int = 1) -> None:
    for _ in range(count):
        desk.world.now = desk.clock.now()
        desk.take(desk.world.allege("c1"))


def check(desk: Desk, place: Path | str | None = None, **options: object) -> Report:
    run = partial(check_time, **options)  # type: ignore[arg-type]  # now
    with open_source(str(place or desk.folder)) as source:
        return audit(source, load_trust(desk.folder / "trust"), all_faults=True, levels={"time": run})


def codes(report: Report) -> list[str]:
    return sorted({one.code for one in report.faults})


def remark(report: Report, code: str) -> dict[str, object] | None:
    every = (*report.notes, *report.not_checked, *report.open)
    return next((dict(one.params) for one in every if one.code == code), None)


class TestSources:
    """An anchor counts wherever the log is read from."""

    def assert_counts(self, desk: Desk, report: Report) -> None:
        assert (report.verdict, report.faults) == (Verdict.INTACT, ())
        assert report.checked["L5"] == {"anchors": 1, "anchored_entries": desk.ledger.size}
        told = remark(report, "time-anchored")
        assert told is not None
        assert (told["name"], told["last"]) == ("tsa", desk.ledger.size - 1)
        assert remark(report, "time-tail") is None
        assert remark(report, "time") is None

    def test_ledger_s_own_folder(self, anchored: Desk) -> None:
        self.assert_counts(anchored, check(anchored))

    def test_published_folder(self, anchored: Desk) -> None:
        self.assert_counts(anchored, check(anchored, anchored.folder / "log"))

    def test_bundle(self, anchored: Desk, tmp_path: Path) -> None:
        anchored.ledger.export(tmp_path / "one.zip")
        anchored.ledger.export(tmp_path / "two.zip")
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
        self.assert_counts(anchored, check(anchored, tmp_path / "one.zip"))

    def test_address(self, anchored: Desk) -> None:
        with serving(anchored.ledger) as url:
            self.assert_counts(anchored, check(anchored, url))

    def test_receipt_says_that_it_has_none(self, anchored: Desk, tmp_path: Path) -> None:
        (tmp_path / "r.tlog-proof").write_bytes(anchored.ledger.receipt(3))
        assert remark(check(anchored, tmp_path / "r.tlog-proof"), "time-receipt") == {}

    def test_without_the_level_the_verifier_says_so(self, anchored: Desk) -> None:
        with open_source(str(anchored.folder)) as source:
            report = audit(source, load_trust(anchored.folder / "trust"))
        assert remark(report, "time") == {}
        assert "L5" not in report.checked

    def test_without_anchors_the_report_says_so(self, desk: Desk) -> None:
        assert remark(check(desk), "time-none") == {}

    def test_without_the_log_key_nothing_is_claimed(self, anchored: Desk, tmp_path: Path) -> None:
        shutil.copytree(anchored.folder / "log" / "anchors", tmp_path / "log" / "anchors")
        (tmp_path / "log" / "checkpoint").write_bytes(anchored.ledger.log.checkpoint())
        with open_source(str(tmp_path / "log")) as source:
            report = audit(source, None, levels={"time": check_time})
        assert remark(report, "time-no-key") == {}


class TestWhoCounts:
    def test_unpinned_authority_counts_for_nothing_and_against_nobody(self, anchored: Desk, tsa: TestAuthority) -> None:
        (anchored.folder / "trust" / "tsa" / "tsa.pem").unlink()
        report = check(anchored)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 0)
        told = remark(report, "time-unpinned")
        assert told is not None
        assert (told["count"], told["first"]) == (1, f"anchors/{anchored.ledger.size}/tsa.tsr")
        assert "tsa signer" in str(told["signer"])

    def test_name_of_a_pinned_authority_helps_no_other(self, desk: Desk, tsa: TestAuthority, tmp_path: Path) -> None:
        other = TestAuthority(tmp_path / "other", "tsa")  # the same names in all its certificates
        keep(desk, other)
        report = check(desk)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 0)
        assert remark(report, "time-unpinned") is not None

    def test_root_that_the_token_carries_itself_is_no_pin(self, desk: Desk, tsa: TestAuthority, tmp_path: Path) -> None:
        other = TestAuthority(tmp_path / "other")
        keep(desk, other, answer=other.stamp(text_of(desk), "-chain", other.folder / "root.pem"))
        assert check(desk).checked["L5"]["anchors"] == 0

    def test_copy_of_a_token_is_no_second_anchor(self, anchored: Desk) -> None:
        folder = anchored.folder / "anchors" / str(anchored.ledger.size)
        shutil.copy(folder / "tsa.tsr", folder / "copy.tsr")
        assert check(anchored).checked["L5"]["anchors"] == 1

    def test_nom151_is_said_of_accredited_providers_alone(self, anchored: Desk, tsa: TestAuthority) -> None:
        for lang in ("es", "en"):
            assert "NOM-151" not in report_text(check(anchored), lang)
            assert "RFC 3161" in report_text(check(anchored), lang)
        basis = "Secretaría de Economía, lista de PSC, vista el 2026-01-15"
        tsa.pin(anchored.folder / "trust", "tsa", accredited=basis)
        report = check(anchored)
        assert remark(report, "time-anchored") is None
        assert (remark(report, "time-nom151") or {})["basis"] == basis
        for lang in ("es", "en"):
            assert "constancia de conservación NOM-151" in report_text(report, lang)
            assert basis in report_text(report, lang)

    def test_way_over_an_intermediate_in_the_token(self, desk: Desk, tsa: TestAuthority) -> None:
        between = Certificate("between", tsa.root, ca=True)
        tsa.use(Certificate("deep signer", between))
        chain = tsa.folder / "chain.pem"
        chain.write_bytes(between.pem + tsa.root.pem)
        keep(desk, tsa, answer=tsa.stamp(text_of(desk), "-chain", chain))
        assert check(desk).checked["L5"]["anchors"] == 1

    def test_way_over_a_pinned_intermediate(self, desk: Desk, tsa: TestAuthority) -> None:
        between = Certificate("between", tsa.root, ca=True)
        tsa.use(Certificate("deep signer", between))
        keep(desk, tsa)
        assert check(desk).checked["L5"]["anchors"] == 0
        tsa.pin(desk.folder / "trust", "tsa", between.pem)
        assert check(desk).checked["L5"]["anchors"] == 1

    def test_certificate_that_may_not_issue_makes_no_way(self, desk: Desk, tsa: TestAuthority) -> None:
        end = Certificate("an end entity", tsa.root)
        tsa.use(Certificate("forged signer", end))
        chain = tsa.folder / "chain.pem"
        chain.write_bytes(end.pem)
        keep(desk, tsa, answer=tsa.stamp(text_of(desk), "-chain", chain))
        report = check(desk)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 0)
        assert remark(report, "time-unpinned") is not None

    def test_pinned_signer_excludes_others_of_the_same_root(self, anchored: Desk, tsa: TestAuthority) -> None:
        trust = anchored.folder / "trust"
        tsa.pin(trust, "tsa", tsa.signer.pem)
        assert check(anchored).checked["L5"]["anchors"] == 1
        tsa.pin(trust, "tsa", Certificate("another", tsa.root).pem)
        report = check(anchored)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 0)

    @pytest.mark.parametrize(
        "content",
        [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"],
    )
    def test_trust_folder_with_no_certificate_is_refused(self, anchored: Desk, content: bytes) -> None:
        (anchored.folder / "trust" / "tsa" / "tsa.pem").write_bytes(content)
        with pytest.raises(Malformed, match="tsa"):
            check(anchored)

    def test_pin_without_root_and_accreditation_without_pin_are_refused(
        self, anchored: Desk, tsa: TestAuthority
    ) -> None:
        folder = anchored.folder / "trust" / "tsa"
        (folder / "tsa.pem").write_bytes(tsa.signer.pem)
        with pytest.raises(Malformed, match="self-signed root"):
            load_authorities(folder)
        tsa.pin(anchored.folder / "trust", "tsa", accredited="")
        with pytest.raises(Malformed, match="one line"):
            load_authorities(folder)
        (folder / "tsa.pem").rename(folder / "Other.pem")
        with pytest.raises(Malformed):
            load_authorities(folder)


def without_usage(desk: Desk, tsa: TestAuthority) -> bytes:
    return tsa.sign_info(tsa.stamp(text_of(desk)), Certificate("no usage", tsa.root, usage=()))


def uncritical_usage(desk: Desk, tsa: TestAuthority) -> bytes:
    return tsa.sign_info(tsa.stamp(text_of(desk)), Certificate("uncritical", tsa.root, critical=False))


def more_usages(desk: Desk, tsa: TestAuthority) -> bytes:
    usage = (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)
    return tsa.sign_info(tsa.stamp(text_of(desk)), Certificate("for all", tsa.root, usage=usage))


def expired_at_its_time(desk: Desk, tsa: TestAuthority) -> bytes:
    tsa.use(Certificate("late signer", tsa.root, since=-30 * DAY, until=-DAY))
    return tsa.stamp(text_of(desk))


def not_yet_valid(desk: Desk, tsa: TestAuthority) -> bytes:
    tsa.use(Certificate("early signer", tsa.root, since=DAY))
    return tsa.stamp(text_of(desk))


def weak_digest(desk: Desk, tsa: TestAuthority) -> bytes:
    config = tsa.folder / "ts.cnf"
    config.write_text(config.read_text().replace("signer_digest = sha256", "signer_digest = sha1"))
    return tsa.stamp(text_of(desk))


def flipped_signature(desk: Desk, tsa: TestAuthority) -> bytes:
    answer = bytearray(tsa.stamp(text_of(desk)))
    answer[-20] ^= 1  # within the ECDSA signature, which ends the token
    return bytes(answer)


FAULTY: dict[str, tuple[str, Callable[[Desk, TestAuthority], bytes]]] = {
    "over other bytes": ("time-imprint", lambda _, tsa: tsa.stamp(b"other bytes")),
    "over the whole note": ("time-imprint", lambda desk, tsa: tsa.stamp(desk.ledger.log.checkpoint())),
    "over another size": ("time-imprint", lambda desk, tsa: tsa.stamp(text_of(desk, desk.ledger.size - 1))),
    "of another digest": ("time-imprint", lambda desk, tsa: tsa.stamp(text_of(desk), digest="-sha512")),
    "with a flipped signature": ("time-signature", flipped_signature),
    "with a weak digest": ("time-signature", weak_digest),
    "cut off": ("time-token", lambda desk, tsa: tsa.stamp(text_of(desk))[:-1]),
    "cut in half": ("time-token", lambda desk, tsa: tsa.stamp(text_of(desk))[:400]),
    "with bytes after it": ("time-token", lambda desk, tsa: tsa.stamp(text_of(desk)) + b"\0"),
    "huge": ("time-token", lambda *_: b"\x30\x84\x7f\xff\xff\xff" + bytes(UNDER_WAY)),
    "nested without end": ("time-token", lambda *_: b"\x30\x80" * 30_000),
    "no token at all": ("time-token", lambda *_: b"busy"),
    "by a certificate without usage": ("time-usage", without_usage),
    "by a certificate with an uncritical usage": ("time-usage", uncritical_usage),
    "by a certificate for more than time-stamps": ("time-usage", more_usages),
    "by a certificate that had expired": ("time-certificate", expired_at_its_time),
    "by a certificate that was not valid yet": ("time-certificate", not_yet_valid),
}


class TestFaultyTokens:
    @pytest.mark.parametrize("name", FAULTY)
    def test_token_is_named(self, name: str, desk: Desk, tsa: TestAuthority) -> None:
        code, make = FAULTY[name]
        path = keep(desk, tsa, answer=make(desk, tsa))
        report = check(desk)
        assert (report.verdict, codes(report)) == (Verdict.ALTERED, [code])
        [fault] = report.faults
        assert (fault.level, fault.field) == ("L5", f"anchors/{path.parent.name}/tsa.tsr")
        assert report.checked["L5"]["anchors"] == 0

    @pytest.mark.parametrize("came", [b"", b"<html>busy</html>"], ids=["nothing", "a page"])
    def test_nothing_or_a_page_in_its_place_is_not_there(self, came: bytes, desk: Desk, tsa: TestAuthority) -> None:
        """V12: what did not arrive proves nothing against the log."""
        keep(desk, tsa, answer=came)
        report = check(desk)
        assert (report.verdict, codes(report), report.checked["L5"]["anchors"]) == (Verdict.INTACT, [], 0)
        assert remark(report, "time-missing") is not None

    def test_other_anchors_count_all_the_same(self, anchored: Desk, tsa: TestAuthority) -> None:
        grow(anchored)
        keep(anchored, tsa, answer=tsa.stamp(b"other bytes"))
        report = check(anchored)
        assert (codes(report), report.checked["L5"]["anchors"]) == (["time-imprint"], 1)

    def test_flipped_byte_anywhere_in_the_file_is_named(self, anchored: Desk) -> None:
        path = anchored.folder / "anchors" / str(anchored.ledger.size) / "tsa.tsr"
        sound = path.read_bytes()
        for at in range(0, len(sound), sampled(389, 97)):
            path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :])
            report = check(anchored)
            assert "time-index" in codes(report), at
            assert all(one.field.startswith("anchors/") for one in report.faults)

    def test_no_flipped_byte_gives_another_time_or_another_error(self, desk: Desk, tsa: TestAuthority) -> None:
        text, pinned = text_of(desk), load_authorities(desk.folder / "trust" / "tsa")
        sound = tsa.stamp(text)
        stamp = verify_token(sound, text, pinned)
        outcomes = Counter[str]()
        places = range(0, len(sound), sampled(3, 1))
        for at in places:
            for bit in sampled((0x01, 0x80)[at % 2 :][:1], (0x01, 0x80)):
                try:
                    found = verify_token(sound[:at] + bytes([sound[at] ^ bit]) + sound[at + 1 :], text, pinned)
                except Malformed as error:
                    outcomes[error.code] += 1
                except Unpinned:
                    outcomes["unpinned"] += 1
                else:
                    assert (found.time, found.accuracy) == (stamp.time, stamp.accuracy)
                    outcomes["same"] += 1
        # What may change unnoticed is what nobody signs: parameters of algorithms named beside the signature.
        assert outcomes["same"] < len(places) // 20
        assert outcomes.keys() <= {
            "same", "unpinned", "time-token", "time-imprint", "time-signature", "time-usage", "time-certificate",
        }  # fmt: skip

    def test_certificate_expired_since_then_is_a_note(self, anchored: Desk) -> None:
        report = check(anchored, now=present() + 20 * 365 * DAY)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 1)
        assert remark(report, "time-expired") == {"names": "tsa"}
        assert remark(check(anchored), "time-expired") is None

    def test_certificate_that_has_truly_expired_is_a_note(self, desk: Desk, tsa: TestAuthority) -> None:
        tsa.use(Certificate("brief signer", tsa.root, until=timedelta(seconds=2)))
        keep(desk, tsa)
        time.sleep(2.5)
        report = check(desk)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 1)
        assert remark(report, "time-expired") == {"names": "tsa"}


class TestCheckpoints:
    def test_checkpoint_and_token_of_another_log(self, desk: Desk, tsa: TestAuthority, open_desk: OpenDesk) -> None:
        other = open_desk("other")
        other.found()
        size = other.ledger.size
        desk.ledger.anchors.add(size, other.ledger.log.checkpoint(), "tsa", tsa.stamp(text_of(other)))
        report = check(desk)
        # Another key of this log's name is as good as none; the token is not over this log's checkpoint of that size.
        assert codes(report) == ["time-imprint"]

    def test_forged_checkpoint(self, anchored: Desk) -> None:
        note = anchored.folder / "anchors" / str(anchored.ledger.size) / "checkpoint"
        text, _, lines = note.read_bytes().partition(b"\n\n")
        first, *others = lines.split(b"\n")  # the log's Ed25519 signature; its ML-DSA-44 cosignature stands after it
        note.write_bytes(text + b"\n\n" + b"\n".join([first[:-5] + b"AAAA=", *others]))
        report = check(anchored, anchored.folder)
        assert "time-checkpoint" in codes(report)

    def test_log_cut_after_it_was_anchored(self, anchored: Desk, open_desk: OpenDesk, tmp_path: Path) -> None:
        shutil.copytree(anchored.folder / "log", tmp_path / "cut")
        before = anchored.ledger.size
        grow(anchored, 2)
        keep(anchored, TestAuthority(tmp_path / "nobody"))  # not pinned: the log's own signature is what counts
        publish_anchors(anchored.ledger.anchors, FolderTarget(tmp_path / "cut"), before + 2)
        report = check(anchored, tmp_path / "cut")
        assert (report.verdict, codes(report)) == (Verdict.ALTERED, ["time-rollback"])
        assert report.first is not None
        assert (report.first.index, report.first.last_index) == (before, before + 1)

    def test_history_rewritten_after_it_was_anchored(self, desk: Desk, tsa: TestAuthority, tmp_path: Path) -> None:
        fork = tmp_path / "fork"
        keep(desk, tsa)
        before = desk.ledger.size
        desk.ledger.close()
        shutil.copytree(desk.folder, fork)
        desk.reopen()
        grow(desk, 2)
        keep(desk, tsa)
        kept = desk.ledger.anchors
        true = desk.folder
        # The operator goes back to the copy and goes on from there, with the same log key.
        desk.ledger.close()
        desk.folder = fork
        desk.reopen()
        desk.world.look(desk.ledger.log)
        grow(desk, 3)
        publish_anchors(Anchors(FolderFiles(true / "anchors")), FolderTarget(fork), before + 2)
        report = check(desk)
        assert (report.verdict, codes(report)) == (Verdict.ALTERED, ["time-fork"])
        [fault] = report.faults
        assert (fault.index, fault.last_index, fault.somewhere) == (before, before + 1, True)
        assert report.checked["L5"] == {"anchors": 1, "anchored_entries": before}
        assert kept.files.location == str(true / "anchors")

    def test_log_that_grows_while_it_is_verified_is_no_shorter(self, anchored: Desk, tsa: TestAuthority) -> None:
        done: list[int] = []

        def grow_once(_at: int, _total: int) -> None:
            if not done:
                done.append(1)
                grow(anchored, 2)
                keep(anchored, tsa)
                anchored.ledger.publish()

        for place in (anchored.folder / "log", anchored.folder):
            done.clear()
            with open_source(str(place)) as source:
                trust = load_trust(anchored.folder / "trust")
                report = audit(source, trust, all_faults=True, levels={"time": check_time}, progress=grow_once)
            assert "time-rollback" not in codes(report)
            assert remark(report, "time-newer") is not None

    def test_token_counts_without_its_note(self, anchored: Desk) -> None:
        size = anchored.ledger.size
        (anchored.folder / "log" / "anchors" / str(size) / "checkpoint").unlink()
        report = check(anchored, anchored.folder / "log")
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 1)
        assert remark(report, "time-missing") == {"count": 1, "first": f"anchors/{size}/checkpoint"}


class TestList:
    def test_file_that_is_gone_is_said(self, anchored: Desk) -> None:
        size = anchored.ledger.size
        (anchored.folder / "log" / "anchors" / str(size) / "tsa.tsr").unlink()
        report = check(anchored, anchored.folder / "log")
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 0)
        assert remark(report, "time-missing") == {"count": 1, "first": f"anchors/{size}/tsa.tsr"}

    def test_line_of_another_form_is_a_fault(self, anchored: Desk) -> None:
        index = anchored.folder / "anchors" / "SHA256SUMS"
        index.write_bytes(index.read_bytes() + b"0" * 64 + b"  ../../etc/passwd\n")
        report = check(anchored)
        [fault] = report.faults
        assert (fault.code, fault.field) == ("time-index", "anchors/SHA256SUMS: line 3")

    def test_page_in_place_of_the_list_is_no_list(self, anchored: Desk) -> None:
        (anchored.folder / "log" / "anchors" / "SHA256SUMS").write_bytes(b"<html>\nNot found\n")
        report = check(anchored, anchored.folder / "log")
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 1)
        assert remark(report, "time-other-files") == {"count": 1, "first": "anchors/SHA256SUMS"}

    def test_anchor_that_the_list_forgot_counts(self, anchored: Desk) -> None:
        (anchored.folder / "anchors" / "SHA256SUMS").unlink()
        report = check(anchored)
        assert (report.verdict, report.checked["L5"]["anchors"]) == (Verdict.INTACT, 1)

    def test_other_files_are_said(self, anchored: Desk) -> None:
        (anchored.folder / "anchors" / "0").mkdir()
        (anchored.folder / "anchors" / "0" / "tsa.tsr").write_bytes(b"x")
        report = check(anchored)
        assert remark(report, "time-other-files") == {"count": 1, "first": "anchors/0/tsa.tsr"}


class TestTimes:
    def test_entry_that_claims_a_later_time_than_its_anchor(self, desk: Desk, tsa: TestAuthority) -> None:
        first = desk.ledger.size
        desk.clock.set(present() + DAY)
        grow(desk, 3)
        keep(desk, tsa)
        for place in (desk.folder, self.published(desk)):
            report = check(desk, place)
            [fault] = report.faults
            assert (fault.code, fault.level, fault.index, fault.last_index) == ("time-recorded", "L5", first, first + 2)

    def test_each_entry_is_a_fault_once(self, desk: Desk, tsa: TestAuthority) -> None:
        first = desk.ledger.size
        desk.clock.set(present() + DAY)
        for _ in range(2):
            grow(desk, 2)
            keep(desk, tsa)
        report = check(desk)
        assert [(one.index, one.last_index) for one in report.faults] == [(first, first + 1), (first + 2, first + 3)]

    @pytest.mark.parametrize(("seconds", "verdict"), [(290, Verdict.INTACT), (400, Verdict.ALTERED)])
    def test_clocks_may_differ_by_five_minutes(
        self, seconds: int, verdict: Verdict, desk: Desk, tsa: TestAuthority
    ) -> None:
        desk.clock.set(present() + timedelta(seconds=seconds))
        grow(desk)
        keep(desk, tsa)
        assert check(desk).verdict is verdict

    def test_old_checkpoint_anchored_late_is_a_note(self, desk: Desk, tsa: TestAuthority) -> None:
        size = desk.ledger.size
        keep(desk, tsa, size=size - 2)
        report = check(desk)
        assert report.verdict is Verdict.INTACT
        told = remark(report, "time-behind")
        assert told is not None
        assert (told["count"], told["size"], told["held"]) == (1, size - 2, size)
        assert remark(report, "time-tail") == {"start": size - 2}

    def test_longest_stretch_without_proof_is_told(self, desk: Desk, tsa: TestAuthority) -> None:
        keep(desk, tsa)
        told = remark(check(desk), "time-longest")
        assert told is not None
        assert (told["index"], str(told["recorded_at"])[:4]) == (0, "2019")

    def test_longest_stretch_may_begin_after_an_anchor(self, new: Desk, tmp_path: Path) -> None:
        tsa = TestAuthority(tmp_path / "tsa")
        new.clock.set(present())
        new.world.now = new.clock.now()
        new.found()
        tsa.pin(new.folder / "trust", "tsa")
        keep(new, tsa)
        first = new.ledger.size
        new.clock.set(present())
        new.adopt()
        time.sleep(3)
        keep(new, tsa, size=first, name="again")  # the earliest anchor of an entry is what counts
        keep(new, tsa)
        assert (remark(check(new), "time-longest") or {})["index"] == first

    def test_unreadable_entry_leaves_the_times_unchecked(self, anchored: Desk, tmp_path: Path) -> None:
        shutil.copytree(anchored.folder / "log", tmp_path / "log")
        bundle = max((tmp_path / "log" / "tile" / "entries" / "000.p").iterdir(), key=lambda one: int(one.name))
        bundle.write_bytes(bundle.read_bytes().replace(b'"recorded_at":"2019', b'"recorded_at":"2018'))
        report = check(anchored, tmp_path / "log")
        assert report.verdict is Verdict.ALTERED
        assert remark(report, "time-unread") is not None
        assert report.checked["L5"]["anchors"] == 1

    @staticmethod
    def published(desk: Desk) -> Path:
        desk.ledger.publish()
        return desk.folder / "log"


def test_published_anchors_go_no_further_than_the_checkpoint(anchored: Desk, tsa: TestAuthority) -> None:
    size = anchored.ledger.size
    grow(anchored)
    keep(anchored, tsa)
    out = anchored.folder / "elsewhere"
    assert publish_anchors(anchored.ledger.anchors, FolderTarget(out), size) == 3
    assert sorted(path.name for path in (out / "anchors").iterdir()) == [str(size), "SHA256SUMS"]
    assert publish_anchors(anchored.ledger.anchors, FolderTarget(out), size) == 0
    assert parse_checkpoint(parse_note((out / "anchors" / str(size) / "checkpoint").read_bytes()).text).size == size
