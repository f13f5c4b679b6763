"""A key in a real PKCS#11 module (SoftHSM): it signs, is no other key, goes away and comes back."""

import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.tokens import PIN, Hsm, access, module

from constancia.ledger.errors import TokenUnavailable
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner, KeyFileError
from constancia.ledger.keys.token_key import TokenKey
from constancia.ledger.keys.token_uri import parse_token_uri
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.note import parse_vkey

ORIGIN = "example.org/ledger"
PASSPHRASE = b"correct horse battery"


def code_of(caught: pytest.ExceptionInfo[TokenUnavailable]) -> str:
    error = caught.value
    assert all(PIN not in text for text in (str(error), repr(error), *error.words.values()))
    return error.code


def raw(key: TokenKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_checkpoint_that_a_token_signs_is_accepted_and_the_file_has_no_key_of_it(hsm: Hsm, tmp_path: Path) -> None:
    token = hsm.token("log")
    made = LogSigner.generate(ORIGIN, access().take(token.uri()))
    made.save(tmp_path / "log.pem", PASSPHRASE)
    text = (tmp_path / "log.pem").read_text()
    assert text.startswith(f"token: pkcs11:token={token.label};object=log\npublic: ")
    assert text.count("BEGIN ENCRYPTED PRIVATE KEY") == 1
    assert str(module()) not in text
    signer = LogSigner.load(ORIGIN, tmp_path / "log.pem", PASSPHRASE, access(token.uri()))
    note = signer.checkpoint(7, bytes(32), 1)
    assert note.count("\n— ".encode()) == 2
    checkpoint, _ = open_checkpoint(note, parse_vkey(made.vkey))
    assert (checkpoint.size, signer.cosigner_vkeys) == (7, made.cosigner_vkeys)


def test_t1_another_key_under_the_same_name_is_not_the_log_s(hsm: Hsm, tmp_path: Path) -> None:
    former, other = hsm.token("log"), hsm.token("log")
    LogSigner.generate(ORIGIN, access().take(former.uri())).save(file := tmp_path / "log.pem", PASSPHRASE)
    file.write_text(file.read_text().replace(former.label, other.label))
    with pytest.raises(TokenUnavailable) as caught:
        LogSigner.load(ORIGIN, file, PASSPHRASE, access(other.uri()))
    assert code_of(caught) == "E_TOKEN_OTHER"


def test_t1_what_does_not_verify_is_not_used(hsm: Hsm, monkeypatch: pytest.MonkeyPatch) -> None:
    token = hsm.token("log", "other")
    key, other = access().take(token.uri()), access().take(token.uri("other"))
    monkeypatch.setattr(key, "_handle", other._handle)  # a module that signs with another key than the one given
    with pytest.raises(TokenUnavailable) as caught:
        key.sign(b"checkpoint")
    assert code_of(caught) == "E_TOKEN_OTHER"
    other.public_key().verify(other.sign(b"checkpoint"), b"checkpoint")


def test_t2_token_that_was_pulled_out_is_said_and_comes_back(hsm: Hsm) -> None:
    token, further = hsm.token("log"), hsm.token("log")
    key, other = access().take(token.uri()), access().take(further.uri())
    with token.pulled_out():
        for _ in range(3):
            with pytest.raises(TokenUnavailable) as caught:
                key.sign(b"checkpoint")
            assert code_of(caught) == "E_TOKEN_GONE"
            assert key.unavailable is caught.value
            other.public_key().verify(other.sign(b"x"), b"x")  # the module was started over beneath it
    key.look_after()
    assert key.unavailable is None
    key.public_key().verify(key.sign(b"checkpoint"), b"checkpoint")


def test_t2_token_that_went_away_is_noticed_without_a_signature(hsm: Hsm) -> None:
    token = hsm.token("log")
    key = access().take(token.uri())
    with token.pulled_out():
        key.look_after()
        assert key.unavailable is not None
    key.look_after()
    assert key.unavailable is None


def test_t2_pin_that_was_refused_is_not_sent_again(hsm: Hsm, monkeypatch: pytest.MonkeyPatch) -> None:
    token = hsm.token("log")
    key = access().take(token.uri())
    monkeypatch.setattr(key, "_pin", b"another PIN")  # as where it was changed while the token was out
    tried: list[object] = []
    log_in = TokenKey._log_in

    def counted(self: TokenKey, wanted: object) -> object:
        tried.append(wanted)
        return log_in(self, wanted)

    monkeypatch.setattr(TokenKey, "_log_in", counted)
    with token.pulled_out():
        key.look_after()
    for _ in range(3):
        key.look_after()
        with pytest.raises(TokenUnavailable) as caught:
            key.sign(b"checkpoint")
        assert code_of(caught) == "E_TOKEN_PIN"
    assert len(tried) == 1


@pytest.mark.parametrize("pin", ["wrong-pin", "1", "", "x" * 300, "\udcff"])
def test_wrong_pin(hsm: Hsm, pin: str) -> None:
    token = hsm.token("log")
    with pytest.raises(TokenUnavailable) as caught:
        TokenKey(token.uri(), pin.encode("utf-8", "surrogateescape"))
    assert code_of(caught) == "E_TOKEN_PIN"


def test_token_or_key_that_is_not_there(hsm: Hsm) -> None:
    token = hsm.token("log")
    for address, code in (
        (token.address("another"), "E_TOKEN_KEY"),
        (token.address().replace(token.label, "nowhere"), "E_TOKEN_GONE"),
        (token.address().replace(str(module()), "/nowhere/module.so"), "E_TOKEN_MODULE"),
        (token.address().replace(str(module()), "/etc/passwd"), "E_TOKEN_MODULE"),
    ):
        with pytest.raises(TokenUnavailable) as caught:
            access().take(parse_token_uri(address))
        assert code_of(caught) == code, address


def test_two_that_match_are_not_chosen_between(hsm: Hsm) -> None:
    token = hsm.token("log")
    token.make("log", "other")
    with pytest.raises(TokenUnavailable) as caught:
        access().take(token.uri())
    assert code_of(caught) == "E_TOKEN_MANY"
    access().take(parse_token_uri(token.address().replace("object=log", "id=other%01")))
    with pytest.raises(TokenUnavailable) as caught:
        access().take(parse_token_uri(token.address().replace(f"token={token.label}", "model=SoftHSM%20v2")))
    assert code_of(caught) == "E_TOKEN_MANY"


@pytest.mark.parametrize("kind", ["p256", "rsa", "ed448"])
def test_key_of_another_kind(hsm: Hsm, kind: str) -> None:
    token = hsm.token("log", kind=kind)
    with pytest.raises(TokenUnavailable) as caught:
        access().take(token.uri())
    assert code_of(caught) == "E_TOKEN_KIND"


def test_two_keys_of_one_token_sign_together_from_several_threads(hsm: Hsm) -> None:
    token = hsm.token("log", "next")
    signer = LogSigner.generate(ORIGIN, access().take(token.uri()))
    both = signer.followed_by(LogSigner.generate(ORIGIN, access().take(token.uri("next"))))
    notes: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: notes.extend(both.checkpoint(7, bytes(32), 1) for _ in range(10)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes) == 40
    for note in notes:
        for verifier in both.verifiers:
            open_checkpoint(note, verifier)


def test_address_that_nobody_gave_and_file_that_is_damaged(hsm: Hsm, tmp_path: Path) -> None:
    token = hsm.token("log", "another")
    LogSigner.generate(ORIGIN, access().take(token.uri())).save(file := tmp_path / "log.pem", PASSPHRASE)
    with pytest.raises(TokenUnavailable) as caught:
        LogSigner.load(ORIGIN, file, PASSPHRASE, access(token.uri("another")))
    assert code_of(caught) == "E_TOKEN_UNNAMED"
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        LogSigner.load(ORIGIN, file, b"another passphrase", access(token.uri()))
    with pytest.raises(KeyFileError, match="only a log's key may be"):
        Cosigner.load(file, PASSPHRASE)
    for damage in ("", "AAAA", "*"):
        lines = file.read_text().splitlines()
        file.write_text("\n".join([lines[0], f"public: {damage or 'x'}", *lines[2:]]))
        with pytest.raises(KeyFileError, match="public key in base64"):
            LogSigner.load(ORIGIN, file, PASSPHRASE, access(token.uri()))
