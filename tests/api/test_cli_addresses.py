"""An address at which nothing can listen is refused in the user's language, with what the system refused it with."""

import errno
import socket

import pytest
import typer

from constancia.api.cli.terminal import listening, system_reason


@pytest.mark.parametrize(("lang", "words"), [("es", "ya está en uso"), ("en", "already in use")])
def test_address_in_use_is_said_in_the_users_language(
    lang: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSTANCIA_LANG", lang)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(typer.Exit):
            listening("127.0.0.1", port)
    shown = capsys.readouterr().err
    assert words in shown
    assert ("Address" in shown) is (lang == "en")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_the_system_refused_has_no_number(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTANCIA_LANG", lang)
    text = system_reason(PermissionError(13, "Permission denied", "libro"))
    assert text.startswith("libro: ")
    assert "Errno" not in text
    assert ("Permission denied" in text) is (lang == "en")


@pytest.mark.parametrize(("number", "named"), [(errno.ENOSPC, "copia"), (errno.EDQUOT, "copia"), (errno.EIO, "libro")])
def test_of_two_files_the_one_is_named_that_does_not_fit(number: int, named: str) -> None:
    """A copy that does not fit is no reason to look at the disk that it was copied from."""
    assert system_reason(OSError(number, "No space left on device", "libro", None, "copia")).startswith(f"{named}: ")
