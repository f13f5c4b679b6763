"""Time-stamp authorities that a verifier pins: the folder `tsa/` of its trust folder.

    tsa/<name>.pem         certificates, PEM (or one in DER): at least one root; intermediates and signers if wanted
    tsa/<name>.accredited  one line: why this provider counts as accredited (by whom, under which law, where seen)

- T1: only a root pinned here makes a token count. Certificates carried by a token may complete the
  path to the root, but never be its end.
- T2: where signers (certificates that are no authority's) are pinned, a token by another signer does not count.
- T3: the words *constancia de conservación* (NOM-151) are used only for an authority marked as accredited; any other
  gives a time-stamp. The mark is the verifier's own statement, with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from constancia.ledger.timestamps.anchor_store import AUTHORITY_NAME
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.sources.files import read_file

MAX_AUTHORITIES: Final = 64
MAX_FILE_BYTES: Final = 256 * 1024
MAX_PATH: Final = 8
_MAX_BASIS: Final = 500
# What the library raises for a certificate that is broken, or of a kind that it does not know.
_UNFIT: Final = (
    ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, x509.ExtensionNotFound,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A pinned authority.

    Args:
        name: Its file's name, without suffix.
        roots: Self-signed certificates: a token's path must end at one.
        intermediates: Certificates of authorities on that path.
        signers: If not empty, the only certificates whose tokens count.
        accredited: Why it counts as accredited; None if it does not.
    """

    name: str
    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    signers: tuple[x509.Certificate, ...] = ()
    accredited: str | None = None

    def path_from(self, signer: x509.Certificate, carried: Iterable[x509.Certificate]) -> list[x509.Certificate] | None:
        """Find the path from a signer's certificate to a pinned root, each certificate signed by the next.

        Args:
            signer: The certificate.
            carried: Further certificates, as the token carries them; they are not trusted.

        Returns:
            Signer first, root last; None if there is no such path.
        """
        if self.signers and signer not in self.signers:
            return None
        between = [issuer for issuer in (*self.intermediates, *carried) if _may_issue(issuer)]
        ways = [[signer]]
        for _ in range(MAX_PATH):
            for way in ways:
                root = next((candidate for candidate in self.roots if _is_issued_by(way[-1], candidate)), None)
                if root is not None:
                    return way if way[-1] == root else [*way, root]
            ways = [
                [*way, issuer]
                for way in ways
                for issuer in between
                if issuer not in way and _is_issued_by(way[-1], issuer)
            ]
            ways = ways[:MAX_AUTHORITIES]
        return None


def load_authorities(folder: Path) -> tuple[Authority, ...]:
    """Read the pinned authorities.

    Args:
        folder: The folder `tsa`; it need not exist.

    Returns:
        The authorities by name.

    Raises:
        Unreadable: A file can't be read.
        Malformed: A file without certificate or root, a bad name, an accreditation of no authority.
    """
    try:
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise Unreadable("trust", str(folder), str(error)) from error
    pinned = [name.removesuffix(".pem") for name in names if name.endswith(".pem")]
    marked = [name.removesuffix(".accredited") for name in names if name.endswith(".accredited")]
    if len(pinned) > MAX_AUTHORITIES:
        raise Malformed("tsa", "trust/tsa", f"at most {MAX_AUTHORITIES} authorities", len(pinned))
    for name in marked:
        if name not in pinned:
            raise Malformed("tsa", f"trust/tsa/{name}.accredited", f"a file {name}.pem in the same folder", "none")
    return tuple(_load(folder, name, accredited=name in marked) for name in pinned)


def _load(folder: Path, name: str, *, accredited: bool) -> Authority:
    where = f"trust/tsa/{name}.pem"
    if not AUTHORITY_NAME.fullmatch(name):
        raise Malformed("tsa", where, "a name of a-z, 0-9, dot, hyphen, underscore", name)
    certificates = _certificates(_read(folder / f"{name}.pem"), where)
    roots = tuple(certificate for certificate in certificates if _is_issued_by(certificate, certificate))
    if not roots:
        raise Malformed("tsa", where, "a self-signed root certificate", f"{len(certificates)} others")
    others = [certificate for certificate in certificates if certificate not in roots]
    return Authority(
        name=name,
        roots=roots,
        intermediates=tuple(other for other in others if _may_issue(other)),
        signers=tuple(certificate for certificate in others if not _may_issue(certificate)),
        accredited=_basis(folder / f"{name}.accredited") if accredited else None,
    )


def _certificates(data: bytes, where: str) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except _UNFIT as error:
        raise Malformed("tsa", where, "certificates in PEM, or one in DER", error) from error


def _basis(path: Path) -> str:
    text = _read(path).decode("utf-8", "replace").strip()
    if not text or len(text) > _MAX_BASIS or not text.isprintable():
        raise Malformed("tsa", f"trust/tsa/{path.name}", f"one line of 1 to {_MAX_BASIS} characters", text)
    return text


def _read(path: Path) -> bytes:
    data = read_file(path, MAX_FILE_BYTES)
    if data is None:
        raise Unreadable("trust", str(path), "there is no such file")
    return data


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except _UNFIT:
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except _UNFIT:
        return False
