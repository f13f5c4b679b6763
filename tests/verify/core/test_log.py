"""The core's pass over the entries, used as a library uses it: nothing given beyond entries and a checkpoint."""

import pytest
from tests.dishonest import rewritten, setting, with_statement
from tests.verify.small_ledger import Log, Writer

from constancia.verify.core.log import check_log

LOG = Writer().found().sign_agreement().report(4).log()


def faults(log: Log) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.index) for fault in check_log(log.entries, log.checkpoint(), None).findings.faults]


def test_sound_log_has_no_fault() -> None:
    assert faults(LOG) == []


@pytest.mark.parametrize("index", range(len(LOG.entries)))
def test_signature_of_every_entry_is_checked_from_the_first_one_on(index: int) -> None:
    """The operator changes a day, and rebuilds links, tree and checkpoint: only the signer's signature is left."""
    changed = with_statement(LOG.entries[index], setting("occurred_on", "2018-01-02"))
    assert ("signature", index) in faults(rewritten(LOG, index, changed))
