"""Asking an authority over real HTTP: what is kept, and all that is not; answers that come another way."""

import hashlib
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rfc3161_client import decode_timestamp_response
from tests.ledger.authority import OPENSSL, Certificate, TestAuthority, needs_openssl, present
from tests.ledger.conftest import Desk

from constancia.ledger.errors import Fatal, LedgerError, NotFound
from constancia.ledger.timestamps.authorities import Authority, load_authorities
from constancia.ledger.timestamps.request import ATTEMPTS, NoAnswer, Stamper
from constancia.ledger.timestamps.token import MAX_TOKEN_BYTES, Unpinned, verify_token
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import parse_note

pytestmark = needs_openssl


@pytest.fixture
def tsa(tmp_path: Path, desk: Desk) -> TestAuthority:
    made = TestAuthority(tmp_path / "tsa")
    made.pin(desk.folder / "trust", "tsa")
    return made


@pytest.fixture
def stamper(desk: Desk) -> Stamper:
    return Stamper(desk.ledger.log, desk.ledger.origin, desk.ledger.anchors, pause_s=0.01)


def pinned(desk: Desk) -> Authority:
    [one] = load_authorities(desk.folder / "trust" / "tsa")
    return one


def text_of(desk: Desk, size: int | None = None) -> bytes:
    return parse_note(desk.ledger.log.checkpoint(size)).text.encode()


def test_answer_is_kept_beside_the_log_and_listed(desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    before = present()
    with tsa.serving() as url:
        done = stamper.anchor(pinned(desk), url)
    assert done is not None
    size, stamp = done
    assert size == desk.ledger.size
    assert before - timedelta(seconds=1) <= stamp.time <= present()
    assert stamp.accuracy == timedelta(seconds=1.5)
    folder = desk.folder / "anchors"
    assert desk.ledger.anchors.paths() == [f"{size}/checkpoint", f"{size}/tsa.tsr"]
    assert (folder / str(size) / "checkpoint").read_bytes() == desk.ledger.log.checkpoint()
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.count("OK")) == (0, 2)


def test_openssl_accepts_what_was_kept(desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    with tsa.serving() as url:
        stamper.anchor(pinned(desk), url)
    folder = desk.folder / "anchors" / str(desk.ledger.size)
    # The way of docs/ANCHORS.md, with tools that are not ours.
    script = "sed '/^$/,$d' checkpoint > text && openssl ts -verify -in tsa.tsr -data text -CAfile \"$1\""
    done = subprocess.run(
        ["sh", "-c", script, "sh", str(tsa.folder / "root.pem")], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "text").read_bytes() == text_of(desk)


def test_anchored_checkpoint_is_not_stamped_again(desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    with tsa.serving() as url:
        assert stamper.anchor(pinned(desk), url) is not None
        assert stamper.anchor(pinned(desk), url) is None
        assert tsa.asked == 1
        desk.take(desk.world.allege("c1"))
        done = stamper.anchor(pinned(desk), url)
    assert done is not None
    assert (done[0], tsa.asked) == (desk.ledger.size, 2)


BAD: dict[str, tuple[type[Exception], int, Callable[[TestAuthority, bytes], tuple[int, bytes]]]] = {
    "unavailable": (NoAnswer, ATTEMPTS, lambda *_: (503, b"")),
    "not found": (NoAnswer, ATTEMPTS, lambda *_: (404, b"")),
    "a page": (Malformed, 1, lambda *_: (200, b"<html>")),
    "nothing": (Malformed, 1, lambda *_: (200, b"")),
    "refused": (Malformed, 1, lambda tsa, _: (200, tsa.answer(b"no request"))),
    "too much": (LedgerError, 1, lambda *_: (200, bytes(MAX_TOKEN_BYTES + 1))),
    "for another's request": (LedgerError, 1, lambda tsa, _: (200, tsa.stamp(b"something else"))),
    "cut off": (Malformed, 1, lambda tsa, query: (200, tsa.answer(query)[:-3])),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_answer_is_not_kept(name: str, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    error, asked, behave = BAD[name]
    tsa.behave = lambda query: behave(tsa, query)
    with tsa.serving() as url, pytest.raises(error):
        stamper.anchor(pinned(desk), url)
    assert (tsa.asked, desk.ledger.anchors.paths()) == (asked, [])


class TestNonce:
    """R2: without a nonce that is sent and compared, an older answer could be handed out again."""

    def test_each_request_carries_a_nonce_of_its_own(self, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
        asked: list[bytes] = []

        def refuse(query: bytes) -> tuple[int, bytes]:
            asked.append(query)
            return 200, b""

        tsa.behave = refuse
        with tsa.serving() as url:
            for _ in range(2):
                with pytest.raises(Malformed):
                    stamper.anchor(pinned(desk), url)
        nonces = [re.search(r"Nonce: 0x([0-9A-F]+)", tsa.shown(query)) for query in asked]
        values = [int(match[1], 16) for match in nonces if match is not None]
        assert len(values) == len(set(values)) == 2
        assert max(values).bit_length() > 48, "too short to be unguessable"

    @pytest.mark.parametrize("options", [(), ("-no_nonce",)], ids=["another nonce", "no nonce"])
    def test_answer_over_the_same_checkpoint_to_another_request_is_not_kept(
        self, options: tuple[str, ...], desk: Desk, tsa: TestAuthority, stamper: Stamper
    ) -> None:
        older = tsa.stamp(text_of(desk), asked=options)
        tsa.behave = lambda _: (200, older)
        with tsa.serving() as url, pytest.raises(LedgerError, match="nonce"):
            stamper.anchor(pinned(desk), url)
        assert desk.ledger.anchors.paths() == []


def test_answer_by_another_authority_is_not_kept(
    desk: Desk, tsa: TestAuthority, stamper: Stamper, tmp_path: Path
) -> None:
    other = TestAuthority(tmp_path / "other")
    with other.serving() as url, pytest.raises(Unpinned):
        stamper.anchor(pinned(desk), url)
    assert desk.ledger.anchors.paths() == []


def test_authority_that_cannot_be_reached(desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    with tsa.serving() as url:
        pass
    for address in (url, "http://"):
        with pytest.raises(NoAnswer):
            stamper.anchor(pinned(desk), address)


def test_time_before_what_it_covers_was_recorded_is_not_kept(desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
    desk.clock.set(present() + timedelta(hours=1))
    desk.world.now = desk.clock.now()
    desk.take(desk.world.allege("c1"))
    with tsa.serving() as url, pytest.raises(LedgerError, match="one of the two clocks is wrong"):
        stamper.anchor(pinned(desk), url)
    assert desk.ledger.anchors.paths() == []


class TestOtherWays:
    """An answer that came by mail, over an air gap, or as a provider hands it out."""

    def test_answer_to_the_written_request(self, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
        size, request = stamper.request()
        answer = tsa.answer(request.as_bytes())
        desk.take(desk.world.allege("c1"))  # meanwhile the log went on
        assert stamper.accept(answer, [pinned(desk)])[0] == size
        assert desk.ledger.anchors.has(size, "tsa")

    def test_bare_token(self, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
        answer, token = tsa.folder / "given.tsr", tsa.folder / "given.tst"
        answer.write_bytes(tsa.stamp(text_of(desk)))
        assert OPENSSL is not None
        subprocess.run(
            [OPENSSL, "ts", "-reply", "-in", str(answer), "-token_out", "-out", str(token)],
            check=True,
            capture_output=True,
        )
        stamper.accept(token.read_bytes(), [pinned(desk)])
        # What is kept is what was given, not what was made of it.
        assert desk.ledger.anchors.get(f"{desk.ledger.size}/tsa.tsr") == token.read_bytes()

    def test_certificates_in_any_order(self, desk: Desk, tsa: TestAuthority) -> None:
        between = Certificate("between", tsa.root, ca=True)
        tsa.use(Certificate("a deep signer with a long name", between))
        refused = 0
        for order in (between.pem + tsa.root.pem, tsa.root.pem + between.pem):
            chain = tsa.folder / "chain.pem"
            chain.write_bytes(order)
            answer = tsa.stamp(text_of(desk), "-chain", chain)
            try:
                decode_timestamp_response(answer)
            except ValueError:
                refused += 1  # the library alone takes DER's order only
            verify_token(answer, text_of(desk), [pinned(desk)])
        assert refused

    def test_token_of_no_checkpoint(self, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
        with pytest.raises(NotFound, match=hashlib.sha256(b"a letter").hexdigest()):
            stamper.accept(tsa.stamp(b"a letter"), [pinned(desk)])

    def test_second_answer_never_replaces_the_first(self, desk: Desk, tsa: TestAuthority, stamper: Stamper) -> None:
        first = tsa.stamp(text_of(desk))
        stamper.accept(first, [pinned(desk)])
        with pytest.raises(LedgerError, match="never replaced"):
            stamper.accept(tsa.stamp(text_of(desk)), [pinned(desk)])
        assert desk.ledger.anchors.get(f"{desk.ledger.size}/tsa.tsr") == first

    def test_two_checkpoints_of_one_size_are_never_anchored(
        self, desk: Desk, tsa: TestAuthority, stamper: Stamper
    ) -> None:
        stamper.accept(tsa.stamp(text_of(desk)), [pinned(desk)])
        size = desk.ledger.size
        with pytest.raises(Fatal, match="another checkpoint"):
            desk.ledger.anchors.add(size, desk.ledger.log.checkpoint(size - 1), "other", b"x")

    def test_crash_before_the_list_was_written_is_mended_by_the_next_anchor(
        self, desk: Desk, tsa: TestAuthority, stamper: Stamper
    ) -> None:
        stamper.accept(tsa.stamp(text_of(desk)), [pinned(desk)])
        whole = (desk.folder / "anchors" / "SHA256SUMS").read_bytes()
        (desk.folder / "anchors" / "SHA256SUMS").unlink()
        desk.take(desk.world.allege("c1"))
        stamper.accept(tsa.stamp(text_of(desk)), [pinned(desk)])
        assert (desk.folder / "anchors" / "SHA256SUMS").read_bytes().startswith(whole)

    @pytest.mark.parametrize("path", ["../ledger.sqlite", "1/../../x.tsr", "01/tsa.tsr", "1/TSA.tsr", "1/checkpoint/x"])
    def test_nothing_but_anchors_is_given_out(self, path: str, desk: Desk) -> None:
        with pytest.raises(NotFound):
            desk.ledger.anchors.get(path)
