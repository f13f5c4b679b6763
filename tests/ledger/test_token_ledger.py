"""A ledger whose key is in a token: it is written, its key changes from file to token and on, a token goes away."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.template import Templates
from tests.ledger.test_rotation import INTACT, SECRET, Place
from tests.ledger.world import ORIGIN, START
from tests.tokens import Hsm, Token, access

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError, TokenUnavailable
from constancia.ledger.health import health_of
from constancia.ledger.keys.token_key import TokenAccess
from constancia.ledger.ledger import Ledger
from constancia.ledger.rotation import begin, finish, replace_at_once


class TokenPlace(Place):
    """The same ledger, whose keys may be in tokens."""

    tokens: TokenAccess | None = None

    def open(self) -> Ledger:
        signer = self.places.load_log_key(ORIGIN, SECRET, self.tokens)
        return Ledger.open(self.folder, clock=StoryClock(START), signer=signer)

    def goes_to(self, token: Token | None) -> None:
        """Change the key with both signing for a while, to that of a token, or to one in a file."""
        uri = None if token is None else token.uri()
        begin(self.folder, SECRET, self.tokens, uri)
        assert len(self.append()) == 2
        finish(self.folder, SECRET, self.tokens)
        assert len(self.append()) == 1


@pytest.fixture
def place(tmp_path: Path, templates: Templates) -> TokenPlace:
    return TokenPlace(tmp_path, templates)


def test_key_goes_from_file_to_token_to_token_to_file(place: TokenPlace, hsm: Hsm, tmp_path: Path) -> None:
    first, second = hsm.token("log"), hsm.token("log")
    place.tokens = access(first.uri(), second.uri())
    place.goes_to(first)
    place.pin("first")
    assert place.places.log_key.read_text().count("PRIVATE KEY") == 2  # the ML-DSA-44 key's alone: begin and end
    place.goes_to(second)
    place.pin("second")
    assert place.verdicts("second") == [INTACT]
    backup(place.folder, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "restored", now=START)
    signer = type(place.places)(tmp_path / "restored").load_log_key(ORIGIN, SECRET, place.tokens)
    assert signer.tokens[0].uri == second.uri()
    place.goes_to(None)
    place.pin("file")
    assert place.verdicts("file") == [INTACT]
    assert {each.name for each in place.places.log_key.parent.iterdir()} == {
        "former", "log.pem", "log-former-1.pem", "log-former-2.pem", "log-former-3.pem",
    }  # fmt: skip


def test_lost_key_is_replaced_at_once_by_one_in_a_token(place: TokenPlace, hsm: Hsm) -> None:
    token = hsm.token("log")
    place.tokens = access(token.uri())
    replace_at_once(place.folder, SECRET, place.tokens, token.uri(), is_stolen=False)
    place.pin("new")
    assert len(place.append()) == 1
    assert place.verdicts("new") == [INTACT]


def test_key_that_the_log_has_or_had_does_not_follow(place: TokenPlace, hsm: Hsm) -> None:
    first, second = hsm.token("log"), hsm.token("log")
    place.tokens = access(first.uri(), second.uri())
    place.goes_to(first)
    for token, how in ((first, "is or was"), (second, ""), (first, "begun already")):
        if not how:
            begin(place.folder, SECRET, place.tokens, token.uri())
            continue
        with pytest.raises(LedgerError, match=how):
            begin(place.folder, SECRET, place.tokens, token.uri())
    assert len(place.append()) == 2
    finish(place.folder, SECRET, place.tokens)
    with pytest.raises(LedgerError, match="is or was"):
        begin(place.folder, SECRET, place.tokens, first.uri())
    assert not place.places.next_log_key.exists()


def test_nothing_is_changed_where_the_token_can_not_be_had(place: TokenPlace, hsm: Hsm) -> None:
    token = hsm.token("log")
    policy, keys = place.places.policy.read_bytes(), sorted(place.places.log_key.parent.iterdir())
    with token.pulled_out(), pytest.raises(TokenUnavailable):
        begin(place.folder, SECRET, access(token.uri()), token.uri())
    with token.pulled_out(), pytest.raises(TokenUnavailable):
        replace_at_once(place.folder, SECRET, access(token.uri()), token.uri(), is_stolen=True)
    with pytest.raises(TokenUnavailable):
        begin(place.folder, SECRET, access(token.uri(), pin="wrong-pin"), token.uri())
    assert (place.places.policy.read_bytes(), sorted(place.places.log_key.parent.iterdir())) == (policy, keys)


def test_nothing_is_recorded_while_the_token_is_out_and_the_ledger_goes_on_by_itself(
    place: TokenPlace, hsm: Hsm
) -> None:
    token = hsm.token("log")
    place.tokens = access(token.uri())
    replace_at_once(place.folder, SECRET, place.tokens, token.uri(), is_stolen=False)
    acts = iter(place.world.commitment("c3"))
    with place.open() as ledger:
        signed, size = next(acts)().parsed, ledger.size
        with token.pulled_out():
            with pytest.raises(TokenUnavailable) as caught:
                ledger.append(signed)
            assert caught.value.code == "E_TOKEN_GONE"
            assert ledger.failure is None
            assert [(item.code, item.is_failure) for item in health_of(ledger)] == [("E_TOKEN_GONE", True)]
            with pytest.raises(TokenUnavailable):
                ledger.append(signed)
            assert ledger.size == size
            ledger._core.writer.look_after()  # type: ignore[union-attr]  # what a thread does each second
            assert ledger.refusal is not None
        ledger._core.writer.look_after()  # type: ignore[union-attr]
        assert (health_of(ledger), ledger.refusal is None) == ([], True)
        assert ledger.append(signed).entry.index == size
        place.world.look(ledger.log)
        with token.pulled_out():  # and where nobody hands anything in, the thread alone notices, and notices its return
            _until(lambda: ledger.refusal is not None)
        _until(lambda: ledger.refusal is None)
        assert ledger.append(next(acts)().parsed).entry.index == size + 1


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")
