"""Real TLS servers whose certificates are wrong, each in a way of its own, next to one whose certificate is right."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from constancia.ledger.clock import SystemClock

# What is wrong with the server, by the code that says so; "" where nothing is.
WRONG: Final = (
    "certificate-expired", "certificate-early", "certificate-name", "certificate-authority", "certificate-refused",
    "no-tls",
)  # fmt: skip
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this run."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Its certificate."""
        return self.certificate.public_bytes(Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    return made.public_key(key.public_key()).serial_number(x509.random_serial_number())


@cache
def authority(name: str) -> Authority:
    """Make an authority, once."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = SystemClock().now()
    made = _begun(name, name, key).not_valid_before(now - 9 * _DAY).not_valid_after(now + 9 * _DAY)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(key, made.sign(key, SHA256()))


@cache
def _chain(wrong: str) -> bytes:
    """Give a server's key and certificate, as PEM."""
    issuer = authority("another authority" if wrong == "certificate-authority" else "the tests' authority")
    key = ec.generate_private_key(ec.SECP256R1())
    begins = SystemClock().now() + {"certificate-expired": -3, "certificate-early": 1}.get(wrong, -1) * _DAY
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    if wrong == "certificate-name":
        names = [x509.DNSName("other.example")]
    usage = ExtendedKeyUsageOID.CODE_SIGNING if wrong == "certificate-refused" else ExtendedKeyUsageOID.SERVER_AUTH
    made = _begun("server", issuer.certificate.subject.rfc4514_string().removeprefix("CN="), key)
    made = made.not_valid_before(begins).not_valid_after(begins + 2 * _DAY)
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    signed = made.add_extension(own, critical=False).sign(issuer.key, SHA256())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + signed.public_bytes(Encoding.PEM)


class _Files(SimpleHTTPRequestHandler):
    asked = 0

    def setup(self) -> None:
        type(self).asked += 1
        super().setup()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that do not believe the certificate hang up."""


@contextmanager
def tls_server(folder: Path, place: Path, wrong: str = "") -> Iterator[str]:
    """Serve a folder over https.

    Args:
        folder: The folder.
        place: Where the certificate's file goes.
        wrong: What is wrong: one of `WRONG`, or nothing.

    Yields:
        The address.
    """
    with _Quiet(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        if wrong != "no-tls":
            (place / "server.pem").write_bytes(_chain(wrong))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(place / "server.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def trust_authority(place: Path) -> Path:
    """Write the certificate of the authority that the right servers have; `SSL_CERT_FILE` names it."""
    path = place / "authority.pem"
    path.write_bytes(authority("the tests' authority").pem())
    return path
