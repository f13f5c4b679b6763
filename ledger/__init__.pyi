"""The public names as type checkers see them; `__init__.py` loads each when it is asked for."""

from constancia.ledger.audit.verified_ledger import AlteredLedger, Commitment, Milestone, Overdue, VerifiedLedger
from constancia.ledger.audit.verified_ledger import open_verified as open  # noqa: A004 - the package's own verb

__version__: str
__all__ = ["AlteredLedger", "Commitment", "Milestone", "Overdue", "VerifiedLedger", "open"]
