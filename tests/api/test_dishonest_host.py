"""L4 over a real socket: a host whose log is sound and who shows another state, or withholds what follows from it."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.api.served import App, Desk, desk_in, serving, set_scene, signature
from tests.profile import sampled

from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

# After the end of the milestone's window, 24 May 2019.
pytestmark = pytest.mark.usefixtures("known_signatures")
NOW = datetime(2019, 6, 1, 12, tzinfo=UTC)
Message = MutableMapping[str, Any]
Body = Any
Change = Callable[[Body], Body]


@dataclass
class Host:
    """An application in front of the true one, which changes the answers to some paths. None: there is nothing."""

    app: App
    changes: Mapping[str, Change | None] = field(default_factory=dict)
    only_if_asked: str = ""
    url: str = ""

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        asked = parse_qs(scope.get("query_string", b"").decode())
        path = str(scope.get("path"))
        if path not in self.changes or (self.only_if_asked and self.only_if_asked not in asked):
            await self.app(scope, receive, send)
            return
        change = self.changes[path]
        parts: list[bytes] = []
        start: Message = {}

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, take)
        status = start["status"]
        if change is None:
            status, body = 404, b"{}"
        else:
            changed = change(json.loads(b"".join(parts)))
            body = changed if isinstance(changed, bytes) else json.dumps(changed, separators=(",", ":")).encode()
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "status": status, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


@dataclass
class HostedDesk(Desk):
    """A ledger that is served twice: as it is, and by the host."""

    host: Host = field(kw_only=True)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedDesk]:
    """A ledger with an agreement in force, an adopted commitment and a deadline that passes."""
    with desk_in(tmp_path_factory.mktemp("host") / "ledger") as made:
        set_scene(made)
        for party in ("inai", "sfp"):
            made.take(made.says(party, "AgreementSigned", "agreement/ag", signature()))
        made.ledger.views.wait()
        hosts: list[Host] = []

        def wrap(app: App) -> App:
            hosts.append(Host(app))
            return hosts[0]

        with serving(made.ledger, wrap=wrap) as url:
            [host] = hosts
            host.url = url
            yield HostedDesk(**vars(made), host=host)


def show(desk: HostedDesk, path: str, change: Change | None, only_if_asked: str = "") -> Report:
    """Audit what the host shows with one answer changed."""
    return show_all(desk, {path: change}, only_if_asked)


def show_all(desk: HostedDesk, changes: Mapping[str, Change | None], only_if_asked: str = "") -> Report:
    """Audit what the host shows with several answers changed."""
    desk.host.changes, desk.host.only_if_asked = changes, only_if_asked
    return replay(desk, desk.host.url)


def replay(desk: Desk, url: str) -> Report:
    trust = load_trust(desk.ledger.folder.trust)
    with open_source(url) as source:
        return audit(source, trust, all_faults=True, workers=2, further=[Replay(NOW)])


def only(report: Report) -> Fault:
    [fault] = report.faults
    assert report.verdict is Verdict.ALTERED
    assert fault.level == "L4"
    return fault


def kinds_left_out(*kinds: str) -> Change:
    return lambda body: body | {"items": [one for one in body["items"] if one["kind"] not in kinds]}


def test_honest_host_shows_what_the_entries_give(desk: HostedDesk) -> None:
    report = replay(desk, desk.url)
    assert report.faults_total == 0, report_text(report, "en")
    checked = report.checked["L4"]
    assert checked["state_documents"] == 1
    assert checked["derived_facts"] > 7
    assert "host-clock" in {one.code for one in report.notes}
    assert checked["view_rows"] > 5
    assert report.checked["L3"]["moves"] == desk.ledger.size
    # The scene's documents are nowhere; nothing else is missing.
    assert {one.code for one in report.open} <= {"documents-missing"}
    assert {one.code for one in report.not_checked} <= {"time", "evidence-elsewhere"}


@pytest.mark.parametrize("kind", ["DeadlineMissed", "AgreementEnteredIntoForce", "DecisionAdopted"])
def test_derived_fact_that_is_withheld_is_named(kind: str, desk: HostedDesk) -> None:
    report = show(desk, "/api/v1/derived", kinds_left_out(kind))
    assert report.verdict is Verdict.ALTERED
    assert {one.code for one in report.faults} == {"shown-missing"}
    assert all(f" {kind} " in one.field for one in report.faults)


def test_agreement_in_force_that_is_withheld_is_named_at_the_entry_that_brought_it(desk: HostedDesk) -> None:
    report = show(desk, "/api/v1/derived", kinds_left_out("AgreementEnteredIntoForce"), only_if_asked="at")
    fault = only(report)
    assert (fault.code, fault.index) == ("shown-missing", desk.ledger.size - 1)
    assert fault.field == "derived: AgreementEnteredIntoForce agreement/ag 1"


def test_derived_fact_that_is_withheld_from_those_alone_who_ask_for_no_instant_is_named(desk: HostedDesk) -> None:
    def withhold(body: Body) -> Body:
        return kinds_left_out("AgreementEnteredIntoForce")(body) if body["at"] != "2019-06-01T12:00:00Z" else body

    fault = only(show(desk, "/api/v1/derived", withhold))
    assert fault.code == "shown-missing"
    assert fault.field.startswith("derived at 2019-")


def test_derived_facts_that_are_invented_and_shown_twice_are_named(desk: HostedDesk) -> None:
    invented = {"kind": "AgreementEnteredIntoForce", "params": {}, "since": "2018", "stream": "agreement/none"}
    twice: list[str] = []

    def add(body: Body) -> Body:
        first = body["items"][0]
        twice.append(f"derived: {first['kind']} {first['stream']} 1 (2)")
        return body | {"items": [*body["items"], invented, first]}

    report = show(desk, "/api/v1/derived", add, "at")
    assert report.verdict is Verdict.ALTERED
    assert {(one.level, one.code) for one in report.faults} == {("L4", "shown-extra")}
    assert {one.field for one in report.faults} == {*twice, "derived: AgreementEnteredIntoForce agreement/none"}


def test_derived_fact_with_another_date_is_named_with_both(desk: HostedDesk) -> None:
    def postpone(body: Body) -> Body:
        for one in body["items"]:
            if one["kind"] == "DeadlineMissed":
                one["since"] = "2020-01-01T06:00:00Z"
        return body

    report = show(desk, "/api/v1/derived", postpone, "at")
    assert {one.code for one in report.faults} == {"shown-differs"}
    assert all(one.field.endswith(".since") and "2020" in one.found and "2019" in one.expected for one in report.faults)


def test_derived_facts_of_another_size_and_root_are_named(desk: HostedDesk) -> None:
    other = {"size": 3, "root": "0" * 64}
    report = show(desk, "/api/v1/derived", lambda body: body | other, "at")
    assert report.verdict is Verdict.ALTERED
    assert sorted((one.level, one.code, one.field) for one in report.faults) == [
        ("L4", "shown-differs", f"derived: {member}") for member in sorted(other)
    ]


def test_derived_facts_of_another_instant_than_asked_are_named(desk: HostedDesk) -> None:
    fault = only(show(desk, "/api/v1/derived", lambda body: body | {"at": "2019-03-01T12:00:00Z"}, "at"))
    assert (fault.code, fault.field) == ("shown-differs", "derived: at")


def stream_of(body: Body, stream: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in body["aggregates"] if one["stream"] == stream)
    return found


def test_state_with_another_status_and_an_aggregate_too_few_and_too_many_is_named_at_each(desk: HostedDesk) -> None:
    def change(body: Body) -> Body:
        stream_of(body, "commitment/c1")["status"] = "completed"
        agreement = stream_of(body, "agreement/ag")
        body["aggregates"].remove(agreement)
        body["aggregates"].append(agreement | {"stream": "agreement/other"})
        return body

    report = show(desk, "/api/v1/state", change)
    assert report.verdict is Verdict.ALTERED
    assert sorted((one.level, one.code, one.field) for one in report.faults) == [
        ("L4", "shown-differs", "state: commitment/c1.status"),
        ("L4", "shown-extra", "state: agreement/other"),
        ("L4", "shown-missing", "state: agreement/ag"),
    ]
    assert [one.found for one in report.faults if one.code == "shown-differs"] == ['"completed"']


@pytest.mark.parametrize(
    "change",
    [lambda body: json.dumps(body).encode(), lambda _: b"[]", lambda _: b"\xff", lambda body: body | {"more": 1}],
    ids=["white space", "a list", "no JSON", "a member more"],
)
def test_state_in_another_form_is_named(change: Change, desk: HostedDesk) -> None:
    assert only(show(desk, "/api/v1/state", change)).code == "shown-form"


LISTS = [one.name for one in STATE_PROJECTIONS]


def test_every_list_that_leaves_something_out_is_named(desk: HostedDesk) -> None:
    """All lists at once: each is compared by itself, and named by itself."""
    full = [name for name in LISTS if desk.ledger.as_of().rows(name)]
    assert set(LISTS) - set(full) == {  # this ledger has no such rows; test_scenario compares lists that are full
        "allegations", "cancellations", "complaints", "conditions", "corrections", "duties", "gatherings", "overdue",
        "participants", "participation", "plans", "remarks", "responses", "statements",
    }  # fmt: skip
    report = show_all(desk, {f"/api/v1/{name}": lambda body: body | {"items": body["items"][1:]} for name in full})
    assert {one.code for one in report.faults} == {"shown-missing"}
    assert Counter(one.field.split(":")[0] for one in report.faults) == Counter(full)


SOMETHING_ELSE: Sequence[tuple[str, object]] = (("root", "00" * 32), ("size", 3), ("day", "today"), ("day", None))


@pytest.mark.parametrize("turn", range(sampled(1, len(SOMETHING_ELSE))))
def test_every_list_that_is_as_of_something_else_is_named(turn: int, desk: HostedDesk) -> None:
    """Each list is as of one of them; as of each by `make thorough`."""
    given = {name: SOMETHING_ELSE[(place + turn) % len(SOMETHING_ELSE)] for place, name in enumerate(LISTS)}

    def as_of(member: str, value: object) -> Change:
        return lambda body: body | {member: value}

    report = show_all(desk, {f"/api/v1/{name}": as_of(*other) for name, other in given.items()})
    expected = [("L4", f"{name}: {member}") for name, (member, _value) in given.items()]
    assert [(one.level, one.field) for one in report.faults] == expected


def test_list_for_another_day_is_computed_for_that_day(desk: HostedDesk) -> None:
    """A host that says another day is judged by that day; that its clock differs is noted."""
    honest = show(desk, "/api/v1/parties", lambda body: body | {"day": "2019-05-01"})
    assert honest.faults_total == 0
    fault = only(show(desk, "/api/v1/commitments", lambda body: body | {"day": "2019-09-01"}))
    assert fault.field.startswith("commitments: commitment/c1.")


def test_list_with_another_level_is_named(desk: HostedDesk) -> None:
    def change(body: Body) -> Body:
        return json.loads(json.dumps(body).replace('"limited"', '"substantial"'))

    fault = only(show(desk, "/api/v1/commitments", change))
    assert fault.field.startswith("commitments: commitment/c1.")


def test_list_that_claims_a_later_size_is_said_not_to_be_checked(desk: HostedDesk) -> None:
    report = show(desk, "/api/v1/parties", lambda body: body | {"size": body["size"] + 1})
    assert report.faults_total == 0
    assert (report.verdict, {"list-ahead"} <= {remark.code for remark in report.open}) == (Verdict.INCONCLUSIVE, True)


def test_host_that_shows_only_some_of_it_leaves_it_open(desk: HostedDesk) -> None:
    report = show(desk, "/api/v1/derived", None)
    assert (report.verdict, "shown-in-part" in {one.code for one in report.open}) == (Verdict.INCONCLUSIVE, True)


def test_host_whose_answer_breaks_off_leaves_it_open(desk: HostedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constancia.ledger.audit.level4_served.MAX_ANSWER_BYTES", 1000)
    report = replay(desk, desk.url)
    assert (report.verdict, "shown-unreadable" in {one.code for one in report.open}) == (Verdict.INCONCLUSIVE, True)


def test_log_alone_on_a_web_server_shows_nothing(desk: HostedDesk, tmp_path: Path) -> None:
    with serving(desk.ledger, wrap=LogAlone) as url:
        report = replay(desk, url)
    assert "nothing-shown" in {one.code for one in report.not_checked}
    assert report.faults_total == 0


class LogAlone:
    """The log's files and nothing else."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope.get("path", "").startswith("/api/"):
            scope = scope | {"path": "/none", "raw_path": b"/none"}
        await self.app(scope, receive, send)
