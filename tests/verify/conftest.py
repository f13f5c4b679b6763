"""Fixtures of the verifier's tests: one small log, written where a test wants it."""

from pathlib import Path

import pytest
from hypothesis import settings
from tests.verify.small_ledger import Log, Writer

# A test that waits for a busy machine has found nothing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def log() -> Log:
    """A log of 36 entries in batches of up to three, with agreement, votes of progress and a document."""
    return Writer().found().sign_agreement().report(20, batch=3).log()


@pytest.fixture
def trust(log: Log, tmp_path: Path) -> Path:
    """The trust folder of that log."""
    return log.write_trust(tmp_path / "trust")
