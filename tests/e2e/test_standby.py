"""One round of `standby_rounds`: nothing acknowledged is lost when a primary is killed, and one server writes."""

from pathlib import Path

import pytest
from tests.e2e.standby_rounds import play
from tests.ledger.template import Templates

from constancia.ledger.store.postgres import session as postgres_session


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_standby_takes_over(
    tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_session, "CONFIRM_S", 3.0)
    shown = play(templates.adopted, tmp_path / "ledger", 0.2)
    assert shown.lost == 0
    assert shown.acknowledged > shown.after > 0
    assert shown.codes == ("E_STORE_STANDBY", "E_STORE_LOCKED", "E_STORE_UNCONFIRMED")
