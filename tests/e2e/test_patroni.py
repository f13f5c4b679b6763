"""Rounds of `patroni_rounds`, in the thorough run alone: a cluster takes a minute to begin, and half of one to fail.

Its processor time is some twenty seconds; `test_standby` plays a failover without Patroni in every run.
"""

import shutil
from pathlib import Path

import pytest
from tests.e2e.patroni_rounds import MISSING, Stage, cluster
from tests.ledger.template import Templates
from tests.postgres import binaries
from tests.profile import THOROUGH


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not THOROUGH, reason="a cluster under Patroni takes minutes: `make thorough`, `make patroni`")
def test_nothing_acknowledged_is_lost_under_patroni(tmp_path: Path, templates: Templates) -> None:
    if binaries() is None or not all(map(shutil.which, ("patroni", "etcd"))):
        pytest.skip(MISSING)
    with cluster() as nodes:
        stage = Stage.make(nodes, templates.adopted, tmp_path / "ledger")
        try:
            rounds = [stage.play(1.0, kind) for kind in ("primary", "etcd")]
        finally:
            for witness in stage.scene.real:
                witness.stop()
    assert [shown for shown in rounds if not shown.is_sound] == []
