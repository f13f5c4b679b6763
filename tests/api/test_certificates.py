"""Every command that reads an address, at servers whose certificates are wrong: no one says that nobody answers."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk, document
from tests.tls import WRONG, tls_server, trust_authority
from tests.verify.sources.test_tls import SAYS

from constancia.api.text.error_words import error_words
from constancia.ledger.publication.bucket import BucketTarget, BucketTrouble
from constancia.ledger.timestamps.request import NoAnswer, _ask
from constancia.verify.report.words import TLS

# What a command is given for an address, and its exit code.
VERBS: dict[str, tuple[Callable[[str, str], list[str]], int]] = {
    "verify": (lambda url, _: ["verify", url, "--trust", "trust"], 3),
    "verify by a page": (lambda url, _: ["verify", "log", "--trust", f"{url}/verificador.html"], 3),
    "monitor": (
        lambda url, lang: ["monitor", url, "--dir", f"seen-{lang}", "--once", "--trust", "trust", "--levels", "L2"], 3
    ),
    "mirror": (
        lambda url, lang: ["mirror", url, "--dir", f"mirror-{lang}", "--create", "--once", "--trust", "trust", "--key",
                           "w.pem", "--passphrase-file", "secret"], 3,
    ),
    "submit": (lambda url, _: ["submit", "a.signed.json", "--to", url], 76),
    "state": (lambda url, _: ["state", url], 76),
    "draft": (lambda url, _: ["draft", "ProgressReported", "--from", url, "--as", "ap-x"], 76),
}  # fmt: skip


@pytest.fixture
def place(adopted: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the commands need besides the address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(trust_authority(tmp_path)))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "log").mkdir()
    adopted.ledger.publish(tmp_path / "log")
    (tmp_path / "trust").symlink_to(adopted.ledger.folder.trust)
    (tmp_path / "secret").write_text("a long enough secret for a witness")
    (tmp_path / "a.signed.json").write_bytes(document(adopted.world.allege("c1")))
    made = run_here(
        ["keygen", "w.pem", "--witness", "espejo.example", "--passphrase-file", "secret"], env=os.environ, cwd=tmp_path
    )
    assert made.returncode == 0, made.stderr
    return tmp_path


@pytest.mark.parametrize("wrong", WRONG)
def test_commands_say_what_is_wrong_with_the_certificate(place: Path, wrong: str) -> None:
    with tls_server(place / "log", place, wrong) as url:
        for name, (arguments, code) in VERBS.items():
            for lang, words in zip(("es", "en"), SAYS[wrong], strict=True):
                done = run_here(["--lang", lang, *arguments(url, lang)], env=os.environ, cwd=place)
                said_of = done.stdout + done.stderr
                assert words in " ".join(said_of.split()), (name, said_of)
                assert TLS[wrong]["es" if lang == "en" else "en"] not in said_of, name
                assert done.returncode == code, (name, said_of)


@pytest.mark.parametrize("wrong", WRONG)
def test_time_stamp_authority_and_object_store_too(place: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    with tls_server(place / "log", place, wrong) as url:
        with pytest.raises(NoAnswer) as caught:
            _ask(f"{url}/tsa", b"x")
        assert SAYS[wrong][0] in error_words(str(caught.value), "es")
        for name, value in {"ENDPOINT_URL": url, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        with BucketTarget("s3://libro/lugar", retries=0) as target, pytest.raises(BucketTrouble) as trouble:
            target.checkpoint()
        assert SAYS[wrong][0] in error_words(str(trouble.value), "es")
        assert SAYS[wrong][1] in error_words(str(trouble.value), "en")
