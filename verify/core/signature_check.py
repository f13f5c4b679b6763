"""Checking signatures one by one. An audit may give another checker, which answers later and says the same."""

from constancia.verify.core.formats.signatures import PublicKey, Signature, verify_signature
from constancia.verify.core.report import Fault, FaultList

Place = tuple[str, int | None, str]  # the fault's code, index and field


class InOrder:
    """Checks each signature at once.

    A subclass may check later; each signature that does not verify is a fault by the time that `join` returns.
    """

    def __init__(self, findings: FaultList) -> None:
        self._findings = findings

    def check(self, place: Place, key: PublicKey, signature: Signature, message: bytes) -> None:
        """Check one signature. Source: SPEC §7, rule 1."""
        if not verify_signature(key, signature, message):
            self._findings.add(signature_fault(place, key, signature))

    def join(self) -> None:
        """Do nothing: all was checked."""


def signature_fault(place: Place, key: PublicKey, signature: Signature) -> Fault:
    """Make the fault of a signature that does not verify."""
    code, index, field = place
    expected = f"a signature by {key.key_id} ({key.scheme})"
    level = "L2" if code == "signature" else "L1"
    return Fault(code=code, index=index, field=field, expected=expected, found=signature.sig.hex(), level=level)
