"""Old and new verifiers against old and new ledgers: no honest ledger is ALTERED, no matter which is newer (LAW D2).

The newer program is a small future law: an act type more, an edition more, a member more of an aggregate, rows of
another version. It is there while a ledger is written and shown, and gone when the ledger is verified: the verifier of
today is the old one. Where the verifier is the newer one, it is the other way round.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, make_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.served import App, serving
from tests.ledger import world as worlds
from tests.ledger.audit.test_editions import FIXTURES, FORMER, store
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.world import PARTIES
from tests.profile import sampled

from constancia.api.http import deps
from constancia.domain import state as states
from constancia.domain.catalogue import KINDS
from constancia.domain.commitments.commitment import CommitmentAct
from constancia.domain.identity import edition, genesis
from constancia.domain.identity.party import Party
from constancia.domain.kernel import acts
from constancia.domain.kernel.acts import REGISTRY, act
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.values import editions
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.form_number import form_number, shape_of
from constancia.domain.values.values import Identifier
from constancia.ledger.audit import level4_served, level4_stored
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.views import projector
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.audit.run import audit
from constancia.verify.core.report import Verdict
from constancia.verify.report.findings import Report
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

pytestmark = pytest.mark.usefixtures("known_signatures")
Play = Callable[[Desk], object]
LATER = 99


@act
class CommitmentPaused(CommitmentAct):
    """An act of the future law."""

    decision: Identifier | None = None


def register_type(patch: pytest.MonkeyPatch) -> None:
    machine = KINDS["commitment"].machine
    everywhere = {state: state for row in machine.rows.values() for pair in row.items() for state in pair}
    patch.setitem(REGISTRY, "CommitmentPaused", CommitmentPaused)
    patch.setitem(machine.rows, "CommitmentPaused", everywhere)
    patch.setattr(worlds, "SCOPE", sorted([*worlds.SCOPE, "CommitmentPaused"]))


def raise_edition(patch: pytest.MonkeyPatch) -> None:
    for module in (acts, edition, editions, genesis):
        patch.setattr(module, "NEWEST", LATER)


def add_member(patch: pytest.MonkeyPatch) -> None:
    def with_emblem(value: object) -> Any:
        return document_of(value) | ({"emblem": []} if isinstance(value, Party) else {})

    patch.setattr(states, "document_of", with_emblem)
    patch.setattr(states, "state_form", lambda _edition=0: LATER)
    raise_version(patch)


def raise_version(patch: pytest.MonkeyPatch) -> None:
    for module in (deps, level4_served):
        patch.setattr(module, "shown_form", lambda: LATER)
    for module in (projector, level4_stored):
        patch.setattr(module, "stored_form", lambda: LATER)


def pause(desk: Desk) -> None:
    desk.take(desk.world.says("inai", "CommitmentPaused", "commitment/c1", commitment="c1"))
    desk.take(desk.world.allege("c1"))


def propose_pause(desk: Desk) -> None:
    decided = {"body": {"commitment": "c1", "decision": "d9"}, "stream": "commitment/c1", "type": "CommitmentPaused"}
    body = {"decision": "d9", "governance_body": "committee", "question": {"es": "¿?"}, "act": decided}
    desk.take(desk.world.says("inai", "DecisionProposed", "decision/d9", **body))


def adopt_edition(desk: Desk) -> None:
    for party in PARTIES:
        desk.take(desk.world.root_says(party, "LawEditionAdopted", "ledger", edition=LATER))


def speak_under_edition(desk: Desk) -> None:
    adopt_edition(desk)
    desk.world.edition = LATER
    desk.take(desk.world.allege("c1"))


@dataclass(frozen=True)
class Newer:
    """A future law: what it adds, what is said under it, what an older verifier leaves open at L2 and with L3, L4."""

    add: Callable[[pytest.MonkeyPatch], None]
    play: Play
    open_l2: tuple[str, ...] = ()
    open_store: tuple[str, ...] = ()
    open_served: tuple[str, ...] | None = None
    moves: int | None = None  # after the founding and one commitment; None: all are judged


def nothing(_desk: Desk) -> None:
    pass


OTHER = "shown-other-form"
LISTS = len(STATE_PROJECTIONS)
NEWER = {
    "a type in use": Newer(register_type, pause, ("newer-act",), ("newer-act", "law-newer"), moves=0),
    "a type in a scope only": Newer(register_type, nothing),
    "a type that is decided on": Newer(register_type, propose_pause, (), ("law-newer",), moves=0),
    "an edition adopted": Newer(raise_edition, adopt_edition, (), ("law-newer",), moves=0),
    "an edition in use": Newer(raise_edition, speak_under_edition, ("newer-act",), ("newer-act", "law-newer"), moves=0),
    "a member of an aggregate": Newer(
        add_member, nothing, (), (OTHER,), (OTHER,) * (3 + LISTS)
    ),
    "rows of another version": Newer(
        raise_version, nothing, (), (OTHER,), (OTHER,) * (2 + LISTS)
    ),
}  # fmt: skip


def verified(place: Path | str, trust: Path, desk: Desk | None, *, law: bool) -> Report:
    further = [Replay(desk.clock.now() if desk else FIRST_DAY)] if law else []
    with open_source(str(place)) as source:
        return audit(source, load_trust(trust), all_faults=True, workers=1, further=further)


FIRST_DAY = worlds.START + timedelta(days=3_000)


@contextlib.contextmanager
def shown(desk: Desk) -> Iterator[Callable[[], Any]]:
    """What the ledger's server answers now, and a server that gives these very answers later."""
    answers: dict[str, tuple[bytes, str]] = {}
    size, at = desk.ledger.size, f"{desk.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    lists = [one.name for one in STATE_PROJECTIONS]
    with serving(desk.ledger) as url, httpx.Client(base_url=url) as http:
        for path in (f"state?size={size}", f"derived?size={size}&at={at}", f"derived?size={size}", *(
            f"{name}?size={size}" for name in lists
        )):  # fmt: skip
            answer = http.get(f"/api/v1/{path}").raise_for_status()
            answers[httpx.URL(path).raw_path.decode()] = (answer.content, answer.headers["content-type"])

    def replaying(app: App) -> App:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            asked = scope.get("path", "").removeprefix("/api/v1/") + "?" + scope.get("query_string", b"").decode()
            found = answers.get(httpx.URL(asked).raw_path.decode())
            if found is None:
                await app(scope, receive, send)
                return
            headers = [(b"content-type", found[1].encode()), (b"content-length", str(len(found[0])).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": found[0]})

        return answer

    yield lambda: serving(desk.ledger, wrap=replaying)


@pytest.mark.parametrize("name", NEWER)
def test_old_verifier_new_ledger(name: str, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = NEWER[name]
    with monkeypatch.context() as patch, contextlib.ExitStack() as stack:
        newer.add(patch)
        desk = open_desk()
        desk.found()
        desk.adopt()
        judged = desk.ledger.size
        newer.play(desk)
        desk.ledger.views.wait()
        later = stack.enter_context(shown(desk))
        bundle = desk.folder.parent / "bundle.zip"
        desk.ledger.export(bundle)
        patch.undo()
        served = newer.open_store if newer.open_served is None else newer.open_served
        with later() as url:
            for place, opened in ((desk.folder, newer.open_store), (bundle, None), (url, served)):
                # An audit with the law makes the one without it, too: alone it is made of the folder.
                for law in sampled((False, True) if place == desk.folder else (True,), (False, True)):
                    report = verified(place, desk.ledger.folder.trust, desk, law=law)
                    assert report.faults_total == 0, report_text(report, "en")
                    expected = newer.open_l2 if not law else opened
                    if expected is None:  # nothing is shown in a bundle
                        expected = tuple(code for code in newer.open_store if code != "shown-other-form")
                    told = [
                        one.code for one in report.open if one.code in {"newer-act", "law-newer"} or "shown" in one.code
                    ]
                    assert sorted(told) == sorted(expected), (place, law)
                    assert report.verdict is (Verdict.INCONCLUSIVE if report.open else Verdict.INTACT)
                    if law and "law-newer" in told:
                        [remark] = [one for one in report.open if one.code == "law-newer"]
                        assert remark.params["moves"] == remark.params["index"] == report.checked["L3"]["moves"]
                        assert remark.params["index"] >= judged


@pytest.mark.parametrize("name", NEWER)
def test_new_verifier_old_ledger(name: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ledger.views.wait()
    bundle = desk.folder.parent / "bundle.zip"
    desk.ledger.export(bundle)
    with shown(desk) as later, monkeypatch.context() as patch:
        NEWER[name].add(patch)
        with later() as url:
            # A bundle shows nothing, and has the entries that the folder has; former editions' are verified below.
            for place in sampled((desk.folder, url), (desk.folder, bundle, url)):
                report = verified(place, desk.ledger.folder.trust, desk, law=True)
                assert report.faults_total == 0, report_text(report, "en")
                assert report.checked["L3"]["moves"] == desk.ledger.size
                assert {one.code for one in report.open} <= {"shown-other-form", "documents-missing"}


LAWS_AND_FORMER = [(name, edition) for name in NEWER for edition in FORMER]


# Each future law, and each former edition in turn: of the rest, as each place, every second one.
@pytest.mark.parametrize(
    ("name", "edition"), [pair for at, pair in enumerate(LAWS_AND_FORMER) if sampled((at + at // 2) % 2 == 0, True)]
)
def test_new_verifier_ledger_of_a_former_edition(
    name: str, edition: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    NEWER[name].add(monkeypatch)
    folder, turn = FIXTURES / str(edition), list(NEWER).index(name) // 2 % 2
    places = (store(tmp_path, edition), folder / "bundle.zip")
    for place in sampled(places[turn:][:1], places):
        report = verified(place, folder / "trust", None, law=True)
        assert report.faults_total == 0, report_text(report, "en")
        assert report.checked["L3"]["moves"] == FORMER[edition].moves


def test_one_member_more_is_another_form() -> None:
    now = shape_of([Party])
    more = make_dataclass("Party", [("emblem", tuple[str, ...], ())], bases=(Party,), frozen=True, kw_only=True)
    absent = make_dataclass("Party", [("emblem", str | None, None)], bases=(Party,), frozen=True, kw_only=True)
    assert form_number(now) != form_number(shape_of([more]))
    assert form_number(now) == form_number(shape_of([absent]))  # nothing is written where it is absent


def test_a_lie_under_another_form_is_never_intact(desk: Desk) -> None:
    def lying(app: App) -> App:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path") != "/api/v1/parties":
                await app(scope, receive, send)
                return
            body = json.dumps({"items": [], "size": desk.ledger.size, "edition": NEWEST, "form": 7}).encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

        return answer

    with serving(desk.ledger, wrap=lying) as url:
        report = verified(url, desk.ledger.folder.trust, desk, law=True)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert [one.params["what"] for one in report.open if one.code == "shown-other-form"] == ["parties"]
