"""A monitor notices what only the law (L3) or the state shown (L4) tells: a sound log, by a host that misuses it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in, serving
from tests.api.test_dishonest_host import Host as Showing
from tests.api.test_dishonest_host import stream_of
from tests.dishonest import Host, hosting
from tests.ledger.audit.test_level3_law import adopted_again
from tests.ledger.lawless import Operator

from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import StoryClock
from constancia.ledger.monitor.findings import ALTERED, INTACT
from constancia.ledger.monitor.settings import WatchSettings
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.trust.trust_folder import load_trust


def watch(root: Path, url: str, trust: Path, at: datetime) -> RoundOutcome:
    pinned = load_trust(trust)
    settings = WatchSettings(
        trust_of=lambda _: pinned, further=lambda now: [Replay(now)], recheck_s=0, workers=2,
        whole_every=timedelta(hours=1),
    )  # fmt: skip
    return WatchedLog(LogFolder(root, url), settings, StoryClock(at)).round()


def faults(outcome: RoundOutcome) -> list[tuple[str, str, int | None]]:
    return [
        (one.params["level"], one.params["fault"], one.params["index"]) for one in outcome.open if one.code == "faulty"
    ]


NOW = datetime(2019, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def operator() -> Operator:
    made = Operator()
    made.play([*made.world.founding(), *made.world.commitment("c1")])
    return made


def test_unlawful_act_that_is_soundly_signed_and_logged_is_noticed(operator: Operator, tmp_path: Path) -> None:
    lawful = operator.log()
    trust = lawful.write_trust(tmp_path / "trust")
    host = Host(lawful)
    with hosting(host) as url:
        assert watch(tmp_path / "m", url, trust, NOW).code == INTACT
        host.count()
        at = operator.take(adopted_again(operator.world))
        host.show(operator.log())
        outcome = watch(tmp_path / "m", url, trust, NOW + timedelta(minutes=5))
        requests = host.count()
    assert (outcome.code, outcome.state.size) == (ALTERED, at)
    assert faults(outcome) == [("L3", "law", at)]
    # The log is small: it was read whole. Then three answers of the interface and its lists, which this host has not.
    assert requests <= 32


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path / "ledger") as made:
        made.play(made.world.founding())
        made.play(made.world.commitment("c1"))
        made.ledger.views.wait()
        yield made


def test_other_state_than_the_log_gives_is_noticed_also_without_new_entries_when_an_audit_is_due(
    desk: Desk, tmp_path: Path
) -> None:
    trust = desk.ledger.folder.trust
    dishonest: list[bool] = []

    def change(body: dict[str, object]) -> dict[str, object] | bytes:
        if not dishonest:
            return desk_state(desk)
        stream_of(body, "commitment/c1")["status"] = "completed"
        return body

    with serving(desk.ledger, wrap=lambda app: Showing(app, {"/api/v1/state": change})) as url:
        assert faults(watch(tmp_path / "m", url, trust, NOW)) == []
        dishonest.append(True)
        assert faults(watch(tmp_path / "m", url, trust, NOW + timedelta(minutes=5))) == []
        [fault] = faults(watch(tmp_path / "m", url, trust, NOW + timedelta(hours=2)))
        assert fault[0] == "L4"
        dishonest.clear()
        assert faults(watch(tmp_path / "m", url, trust, NOW + timedelta(hours=2, minutes=5))) == []


def desk_state(desk: Desk) -> bytes:
    return canonical(desk.ledger.state().document())
