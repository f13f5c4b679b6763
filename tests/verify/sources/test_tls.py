"""An address that answers with a certificate that is wrong: it is said what is wrong with it, and what to do."""

import ssl
import urllib.error
from pathlib import Path

import pytest
from tests.tls import WRONG, tls_server, trust_authority

from constancia.verify import Unreadable as PublicUnreadable
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.rendering import unreadable_json, unreadable_text
from constancia.verify.report.words import TLS
from constancia.verify.sources.tls import tls_code
from constancia.verify.sources.web import Web

SAYS = {
    "certificate-expired": ("ha vencido", "has expired"),
    "certificate-early": ("todavía no vale", "not valid yet"),
    "certificate-name": ("de otro nombre", "of another name"),
    "certificate-authority": ("SSL_CERT_FILE", "SSL_CERT_FILE"),
    "certificate-refused": ("no acepta el certificado", "does not accept the certificate"),
    "no-tls": ("no con una conexión segura", "without a secure connection"),
}


@pytest.fixture(autouse=True)
def _authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trust_authority(tmp_path)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "checkpoint").write_text("x")
    return tmp_path / "log"


def test_server_whose_certificate_is_right_is_read(folder: Path, tmp_path: Path) -> None:
    with tls_server(folder, tmp_path) as url:
        assert Web(url).read("checkpoint", 10) == b"x"


@pytest.mark.parametrize("wrong", WRONG)
def test_w3_certificate_that_is_not_believed_differs_from_silence(folder: Path, tmp_path: Path, wrong: str) -> None:
    with tls_server(folder, tmp_path, wrong) as url:
        web = Web(url)
        web.back_off_s = 60.0  # to ask again is in vain
        with pytest.raises(Unreadable) as caught:
            web.read("checkpoint", 10)
    error = caught.value
    assert isinstance(error, PublicUnreadable)
    assert (error.code, error.where) == (wrong, f"{url}/checkpoint")
    for lang, words in zip(("es", "en"), SAYS[wrong], strict=True):
        text = unreadable_text(error, lang)
        assert words in text
        assert url in text.splitlines()[0]
        assert "Nadie responde" not in text
        assert "Nobody answers" not in text
    assert f'"code": "{wrong}"' in unreadable_json(error)


def test_each_has_its_words_and_nothing_else_is_taken_for_it() -> None:
    assert set(WRONG) == set(TLS) == set(SAYS)
    for error in (
        ConnectionRefusedError(111, "Connection refused"),
        urllib.error.URLError(TimeoutError()),
        urllib.error.URLError("no host given"),
        ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
    ):
        assert tls_code(error) is None
    caused = ValueError("of a client")
    caused.__cause__ = caused
    assert tls_code(caused) is None
