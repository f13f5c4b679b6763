"""A real server on a loopback socket, in front of a real ledger; and the scene that the tests play on it."""

import asyncio
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from tests import frugal
from tests.frugal import PromptEnd
from tests.ledger.template import Template
from tests.ledger.world import ORIGIN, PARTIES, START, Key, Signed, World, doc, play, scope, text

from constancia.api.app import create_app
from constancia.api.http.server.reader_pool import Reader
from constancia.api.http.server.serving import server_of
from constancia.api.http.settings import Settings
from constancia.api.opendata.file_cache import MadeFiles
from constancia.domain.catalogue import REGISTRY
from constancia.ledger.assembly import Options
from constancia.ledger.clock import Clock, StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import signed_document
from constancia.verify.core.formats.canonical import canonical

frugal.install()
START_TIMEOUT_S = 60
# One address plays all the parties here, within seconds.
UNLIMITED = Settings(
    writes_per_minute=0,
    costly_reads_per_minute=0,
    entries_per_key_per_minute=0,
    entries_per_party_per_day=0,
    bytes_per_party_per_day=0,
)


def document(signed: Signed) -> bytes:
    """What a client sends for a signed statement."""
    return signed_document(signed.statement, signed.signatures)


App = Callable[..., Any]


@contextlib.contextmanager
def serving(
    ledger: Ledger,
    settings: Settings | None = None,
    wrap: Callable[[App], App] | None = None,
    port: int = 0,
    readers: Sequence[Reader] = (),
) -> Iterator[str]:
    """Serves a ledger for as long as the block lasts, as it is or behind another application; gives the address."""
    settings = settings or UNLIMITED
    app: App = create_app(ledger, settings, readers)
    app = app if wrap is None else wrap(app)
    server = server_of(app, settings, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    end = PromptEnd(server)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the server did not start")
        thread.join(0.003)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        end.now()
        thread.join(START_TIMEOUT_S)


class Inside:
    """Asks an application of ours in the test's own thread: a request over a socket costs three times as much.

    For tables of hundreds of requests, of what the application decides; a server in front of it changes nothing there.
    """

    def __init__(self, app: App, url: str) -> None:
        self._app, self._client = app, httpx.Client(base_url=url)
        self._runner = asyncio.Runner()

    def get(self, path: str, **asked: Any) -> httpx.Response:
        """What it answers to a request, as httpx takes it; no redirect is followed."""
        return self.request("GET", path, **asked)

    def request(self, method: str, path: str, **asked: Any) -> httpx.Response:
        return self._runner.run(self._ask(self._client.build_request(method, path, **asked)))

    async def _ask(self, asked: httpx.Request) -> httpx.Response:
        path, _, query = asked.url.raw_path.partition(b"?")
        server = (asked.url.host, asked.url.port)
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
            "method": asked.method, "path": asked.url.path, "raw_path": path, "query_string": query, "root_path": "",
            "headers": [(name.lower(), value) for name, value in asked.headers.raw], "client": ("127.0.0.1", 9),
            "server": server, "state": {},
        }  # fmt: skip
        parts: list[dict[str, Any]] = []
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if parts or left.is_set():
                await asyncio.Event().wait()  # the client waits for the rest of the answer
            left.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            parts.append(message)

        await self._app(scope, receive, send)
        begun, *bodies = parts
        content = b"".join(part.get("body", b"") for part in bodies)
        return httpx.Response(begun["status"], headers=begun["headers"], content=content, request=asked)

    def close(self) -> None:
        self._runner.close()
        self._client.close()


@contextlib.contextmanager
def inside(
    desk: "Desk", settings: Settings | None = None, readers: Sequence[Reader] = (), files: MadeFiles | None = None
) -> Iterator[Inside]:
    """Asks another application of a desk's ledger as long as the block lasts; `files` are made for others as well."""
    app = create_app(desk.ledger, settings or UNLIMITED, readers)
    app.state.made = files or app.state.made
    asked = Inside(app, desk.url)
    try:
        yield asked
    finally:
        asked.close()


@dataclass
class Desk:
    """A served ledger, the parties that speak in it, and a client."""

    ledger: Ledger
    world: World
    clock: StoryClock
    http: httpx.Client
    url: str
    keys: dict[str, Key] = field(default_factory=dict)

    def post(self, signed: Signed | bytes, **headers: str) -> httpx.Response:
        """Hands in a statement, or whatever bytes are given, over HTTP."""
        body = signed if isinstance(signed, bytes) else document(signed)
        return self.http.post(
            "/api/v1/entries", content=body, headers={"Content-Type": "application/json"} | dict(headers)
        )

    def take(self, signed: Signed) -> dict[str, Any]:
        """Hands in what must be accepted, and lets the parties see the new end of the log."""
        answer = self.post(signed)
        assert answer.status_code == 201, answer.text
        self.world.look(self.ledger.log)
        found: dict[str, Any] = answer.json()
        return found

    def play(self, acts: Sequence[Callable[[], Signed]]) -> None:
        play(acts, self.take)

    def by(
        self, key: Key, actor: Mapping[str, str], type_name: str, stream: str, body: dict[str, Any], **members: Any
    ) -> Signed:
        """A statement by any actor, signed with any key."""
        raw = self.world.statement(type_name, body, stream=stream, actor=actor, **members)
        return Signed(statement=raw, signatures=(key.sign(raw),))

    def says(self, party: str, type_name: str, stream: str, body: dict[str, Any], **members: Any) -> Signed:
        """A statement by a party's representative, with members of the statement replaced."""
        return self.by(self.world.keys[party], self.world.actor(party), type_name, stream, body, **members)

    def root_says(self, party: str, type_name: str, stream: str, body: dict[str, Any], **members: Any) -> Signed:
        actor = {"capacity": "root", "party": party}
        return self.by(self.world.roots[party], actor, type_name, stream, body, **members)


@contextlib.contextmanager
def desk_in(
    folder: Path, *, clock: Clock | None = None, options: Options | None = None, begun: Template | None = None
) -> Iterator[Desk]:
    """Opens a new ledger or the copy of a template, and serves it."""
    story = StoryClock(START)
    signer = LogSigner.generate(ORIGIN) if begun is None else begun.signer
    world = World(signer.vkey) if begun is None else begun.copy_to(folder)
    if clock is not None:
        world.now = clock.now()  # what is said now happened now: the ledger's clock is the machine's
    with (
        Ledger.open(folder, clock=clock or story, signer=signer, create=begun is None, options=options) as ledger,
        serving(ledger) as url,
        httpx.Client(base_url=url, timeout=30) as http,
    ):
        yield Desk(ledger, world, story, http, url)


# The scene: everything that an act can meet in the state, so that each refusal can be provoked.

DOCSET = {
    "authentic": "es",
    "documents": [doc(b"texto en espanol", "es"), doc(b"text in English", "en")],
}
DOCSET_DIGEST = "sha256:" + hashlib.sha256(canonical(DOCSET)).hexdigest()
# All that a representative can be given, but what the third edition of the law knows no more.
WIDE = sorted(name for name, cls in REGISTRY.items() if cls.signer in ("rep", "root_or_rep") and cls.UNTIL is None)


def digest(value: object) -> str:
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def wide_actor(party: str, appointment: str = "wide", capacity: str = "representative") -> dict[str, str]:
    name = f"{appointment}-{party}"
    return {"appointment": name, "capacity": capacity, "party": party, "person": f"p-{name}"}


def row(desk: Desk, name: str, of: str) -> dict[str, Any]:
    """A row of a list as the interface gives it now."""
    item: dict[str, Any] = desk.http.get(f"/api/v1/{name}/{of}").json()["item"]
    return item


def wide(desk: Desk, party: str, type_name: str, stream: str, body: dict[str, Any], **members: Any) -> Signed:
    """A statement by the representative whose scope lists everything."""
    return desk.by(desk.keys[f"wide-{party}"], wide_actor(party), type_name, stream, body, **members)


def appoint(desk: Desk, party: str, name: str, *, capacity: str = "representative", **limits: str) -> None:
    """A root appoints somebody, whose key registers itself and is endorsed within the limits."""
    actor = wide_actor(party, name, capacity)
    appointment = actor["appointment"]
    key = desk.keys[appointment] = Key()
    body = {
        **actor,
        "name": f"Persona {appointment}",
        "post": text("Puesto"),
        "scope": WIDE,
        "valid_from": "2019-01-01",
    }
    desk.take(desk.root_says(party, "RepresentativeAppointed", f"appointment/{appointment}", body))
    registered = {"appointment": appointment, "key": key.key_id, "party": party, **key.material}
    desk.take(desk.by(key, actor, "KeyRegistered", f"key/{key.key_id}", registered))
    if limits.get("endorse") != "no":
        endorsed = {"key": key.key_id, "valid_from": "2019-01-01"} | limits
        desk.take(desk.root_says(party, "KeyEndorsed", f"key/{key.key_id}", endorsed))


def set_scene(desk: Desk) -> None:
    """Founding, commitments, an agreement half signed, and keys and people in every condition."""
    desk.play(desk.world.founding())
    for party in PARTIES:
        appoint(desk, party, "wide")
    appoint(desk, "inai", "expired", valid_until="2019-02-01")
    appoint(desk, "inai", "pending", endorse="no")
    appoint(desk, "inai", "revoked")
    appoint(desk, "inai", "dismissed")
    appoint(desk, "inai", "clerk", capacity="secretariat")
    revoked = desk.keys["revoked-inai"].key_id
    desk.take(desk.root_says("inai", "KeyRevoked", f"key/{revoked}", {"key": revoked, "reason": "superseded"}))
    gone = {"appointment": "dismissed-inai", "reason": text("Se fue")}
    desk.take(desk.root_says("inai", "RepresentativeRevoked", "appointment/dismissed-inai", gone))
    _gone(desk)
    _panel(desk)
    _agreement(desk)
    desk.play(desk.world.commitment("c1"))
    desk.play(desk.world.commitment("c2")[:1])
    submitted = {"commitment": "c1", "deliverable": "e1", "document": doc(b"informe"), "version": 1}
    desk.take(desk.says("sfp", "DeliverableSubmitted", "deliverable/c1.e1", submitted))


def _gone(desk: Desk) -> None:
    """A party that was dissolved, by its own word and the founders'; its keys have not been revoked."""
    registered = {"kind": "civil_society_org", "legal_name": text("Extinta"), "party": "gone"}
    desk.take(wide(desk, "inai", "PartyRegistered", "party/gone", registered))
    key = desk.world.roots["gone"] = Key()
    own = {"key": key.key_id, "party": "gone", **key.material}
    desk.take(desk.root_says("gone", "KeyRegistered", f"key/{key.key_id}", own))
    endorsed = {"key": key.key_id, "valid_from": "2019-01-01"}
    desk.take(desk.root_says("inai", "KeyEndorsed", f"key/{key.key_id}", endorsed))
    appoint(desk, "gone", "wide")
    ended = {
        "documents": [doc(b"acta de disolucion")], "effective": "2019-03-01", "independence_changed": False,
        "mode": "dissolved", "orphaned": [], "party": "gone", "successors": [], "transfers": [],
    }  # fmt: skip
    for party in ("gone", *PARTIES):
        desk.take(wide(desk, party, "PartySucceeded", "succession/gone", ended))


def _panel(desk: Desk) -> None:
    """A second body, in which nosc has no seat and which sfp has left; with a decision under way."""
    body = {"governance_body": "panel", "mandate": text("Ver"), "members": ["inai", "sfp"], "name": text("Panel")}
    for party in ("inai", "sfp"):
        desk.take(desk.says(party, "GovernanceBodyEstablished", "governance/panel", body))
    proposal = {"commitment": "c9", "governance_body": "panel"} | {
        name: text(name) for name in ("objective", "problem", "title")
    }
    desk.take(desk.says("inai", "CommitmentProposed", "commitment/c9", proposal))
    desk.take(desk.says("inai", "DecisionProposed", "decision/d-panel", panel_decision("d-panel")))
    left = {"effective": "2019-03-01", "governance_body": "panel", "grounds": text("Motivos"), "party": "sfp"}
    desk.take(desk.root_says("sfp", "PartyWithdrew", "governance/panel", left))


def panel_decision(name: str) -> dict[str, Any]:
    act = {
        "body": {"commitment": "c9", "decision": name, "scope": scope()},
        "stream": "commitment/c9",
        "type": "CommitmentAdopted",
    }
    return {"act": act, "decision": name, "governance_body": "panel", "question": text("¿Sí?")}


def _agreement(desk: Desk) -> None:
    """The agreement `ag`: frozen, and signed by nosc alone."""
    draft = {"agreement": "ag", "docset": DOCSET, "parties": list(PARTIES), "title": text("Acuerdo"), "version": 1}
    desk.take(desk.says("inai", "AgreementDrafted", "agreement/ag", draft))
    frozen = {"agreement": "ag", "docset": DOCSET_DIGEST, "required": list(PARTIES), "version": 1}
    desk.take(desk.says("inai", "AgreementTextFrozen", "agreement/ag", frozen))
    desk.take(desk.says("nosc", "AgreementSigned", "agreement/ag", signature()))


def signature(**changed: Any) -> dict[str, Any]:
    return {"agreement": "ag", "docset": DOCSET_DIGEST, "version": 1} | changed


def report(**changed: Any) -> dict[str, Any]:
    return {
        "commitment": "c1",
        "evidence": [],
        "level": "limited",
        "narrative": text("Avance"),
        "period": "2019-03",
        "report": "r2",
    } | changed


def json_of(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)
    return found


def later(desk: Desk, **by: int) -> None:
    desk.clock.advance(timedelta(**by))
    desk.world.now = desk.clock.now()
