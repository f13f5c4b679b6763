"""A time-stamp authority: keys and certificates of its own, tokens made by the real `openssl ts`, real HTTP."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from constancia.ledger.clock import SystemClock

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="the tests' time-stamp authority needs the command openssl")
DAY = timedelta(days=1)
_CONFIG = """\
[ts]
default_tsa = tsa
[tsa]
serial = {folder}/serial
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
tsa_name = yes
ess_cert_id_alg = sha256
"""


def present() -> datetime:
    return SystemClock().now()


class Certificate:
    """A key and its certificate, self-signed or issued by another."""

    def __init__(
        self,
        name: str,
        issuer: "Certificate | None" = None,
        *,
        ca: bool = False,
        usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        critical: bool = True,
        since: timedelta = -30 * DAY,
        until: timedelta = 3650 * DAY,
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.name if issuer is None else issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(present() + since)
            .not_valid_after(present() + until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if usage and not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
        self.certificate = builder.sign(self.key if issuer is None else issuer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def openssl(*arguments: str | Path) -> bytes:
    assert OPENSSL is not None
    done = subprocess.run([OPENSSL, *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class TestAuthority:
    """A root, a signer that it issued, and the command that makes tokens with it."""

    __test__ = False

    def __init__(self, folder: Path, name: str = "tsa", *, signer: Certificate | None = None, digest: str = "sha256"):
        self.folder = folder
        folder.mkdir(parents=True)
        self.root = Certificate(f"{name} root", ca=True)
        self.use(signer or Certificate(f"{name} signer", self.root))
        (folder / "root.pem").write_bytes(self.root.pem)
        (folder / "serial").write_text("01")
        (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder, digest=digest))
        self.behave: Callable[[bytes], tuple[int, bytes]] = lambda query: (200, self.answer(query))
        self.asked = 0

    def use(self, signer: Certificate) -> None:
        """Signs with another certificate from now on."""
        self.signer = signer
        (self.folder / "signer.pem").write_bytes(signer.pem)
        (self.folder / "signer.key").write_bytes(signer.key_pem)

    def answer(self, query: bytes, *options: str | Path) -> bytes:
        """The answer to a request, as `openssl ts -reply` gives it."""
        asked, answered = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        openssl(
            "ts", "-reply", "-config", self.folder / "ts.cnf", "-section", "tsa", "-queryfile", asked,
            "-signer", self.folder / "signer.pem", "-inkey", self.folder / "signer.key", *options, "-out", answered,
        )  # fmt: skip
        return answered.read_bytes()

    def shown(self, query: bytes) -> str:
        """A request in words, as `openssl ts -query` reads it."""
        asked = self.folder / "shown.tsq"
        asked.write_bytes(query)
        return openssl("ts", "-query", "-in", asked, "-text").decode()

    def stamp(self, text: bytes, *options: str | Path, digest: str = "-sha256", asked: tuple[str, ...] = ()) -> bytes:
        """The answer over some bytes, the request made by `openssl ts -query` with the options `asked`."""
        data, query = self.folder / "data", self.folder / "made.tsq"
        data.write_bytes(text)
        openssl("ts", "-query", "-data", data, digest, "-cert", *asked, "-out", query)
        return self.answer(query.read_bytes(), *options)

    def sign_info(self, answer: bytes, signer: Certificate) -> bytes:
        """A bare token with the content of another, signed by any certificate: `openssl ts` minds its purpose."""
        source, info, token = (self.folder / name for name in ("from.tsr", "info.der", "token.der"))
        pem, key = self.folder / "other.pem", self.folder / "other.key"
        source.write_bytes(answer)
        pem.write_bytes(signer.pem)
        key.write_bytes(signer.key_pem)
        whole = self.folder / "whole.der"
        openssl("ts", "-reply", "-in", source, "-token_out", "-out", whole)
        openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", whole, "-out", info, "-binary", "-nosigs")
        openssl(
            "cms", "-sign", "-binary", "-nodetach", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades",
            "-md", "sha256", "-in", info, "-signer", pem, "-inkey", key, "-outform", "DER", "-out", token,
        )  # fmt: skip
        return token.read_bytes()

    def pin(self, trust: Path, name: str, *extra: bytes, accredited: str | None = None) -> None:
        """Puts the root into a trust folder."""
        (trust / "tsa").mkdir(parents=True, exist_ok=True)
        (trust / "tsa" / f"{name}.pem").write_bytes(b"".join((self.root.pem, *extra)))
        if accredited is not None:
            (trust / "tsa" / f"{name}.accredited").write_text(accredited + "\n", encoding="utf-8")

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Answers over HTTP as long as the block lasts; gives the address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.asked += 1
                query = self.rfile.read(int(self.headers["Content-Length"]))
                status, body = authority.behave(query)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
