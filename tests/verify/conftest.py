"""Fixtures of the verifier's tests: one small log, written where a test wants it."""

from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa
from tests.verify.small_ledger import Log, Writer


@pytest.fixture
def without_mldsa(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform whose cryptographic library has no code for ML-DSA, though a module by its name."""

    class Absent:
        @staticmethod
        def from_public_bytes(_: bytes) -> object:
            raise UnsupportedAlgorithm("not in this build")

    monkeypatch.setattr(mldsa, "MLDSA44PublicKey", Absent)


@pytest.fixture(scope="session")
def log() -> Log:
    """A log of 36 entries in batches of up to three, with agreement, votes of progress and a document."""
    return Writer().found().sign_agreement().report(20, batch=3).log()


@pytest.fixture
def trust(log: Log, tmp_path: Path) -> Path:
    """The trust folder of that log."""
    return log.write_trust(tmp_path / "trust")
