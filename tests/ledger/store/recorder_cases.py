"""The library's own tests of a recorder."""

import sys

import eventsourcing.cryptography

# They import its cipher on top of a package that nothing else here needs; the library has the same class on top of
# `cryptography`, and no test of a recorder encrypts anything.
sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)
from eventsourcing.tests.persistence import (  # noqa: E402 (see above)
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

__all__ = ["ApplicationRecorderTestCase", "NonInterleavingNotificationIDsBaseCase"]
