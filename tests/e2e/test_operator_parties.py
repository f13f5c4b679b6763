"""Those who attack with keys of their own, or with none: parties, thieves, submitters, makers of bundles, the network.

The honest server refuses over real HTTP; an operator who asks no law records the same act all the same, signs the
checkpoint with the log's key, and serves it. Rows as in test_operator.py.
"""

import json
import shutil
import stat
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.served import Desk, desk_in, digest, document, json_of, report, serving
from tests.api.test_dishonest_host import Host as Shows
from tests.dishonest import backdated, inserted
from tests.e2e.operator_host import FRESH, PINNED, Counted, check, folder_served, look, notice, told
from tests.e2e.operator_table import ROWS, Notice, between_markers, holds, table
from tests.e2e.operator_watch import watched
from tests.ledger.lawless import Operator
from tests.ledger.world import SCHEMA, SCOPE, Key, Signed, World, scope, text
from tests.verify.small_ledger import write

from constancia.api.cli.auditor.statement_search import ABSENT, Search
from constancia.ledger.audit.level3_law import Replay
from constancia.verify.__main__ import main
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import KeyId, Signature
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

NOW = datetime(2019, 6, 1, 12, tzinfo=UTC)
SERVER = "server, before it is recorded"
LAWFUL = "verifier with --replay"
C1 = "commitment/c1"
TESTS = ("test_operator.py", "test_operator_parties.py", "test_hostile_parties.py")
Acts = list[Callable[[], Signed]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An honest ledger with an adopted commitment, served."""
    with desk_in(tmp_path / "honest") as made:
        made.play([*made.world.founding(), *made.world.commitment("c1")])
        yield made


@pytest.fixture
def lawless() -> Operator:
    """An operator who records anything, with the same story behind."""
    made = Operator()
    made.play([*made.world.founding(), *made.world.commitment("c1")])
    return made


def refused(desk: Desk, signed: Signed) -> Notice:
    """What the honest server answers, and that nothing was written."""
    before = desk.ledger.size
    answer = desk.post(signed)
    assert desk.ledger.size == before
    return Notice(SERVER, answer.status_code >= 400, f"refuses, {answer.status_code} `{json_of(answer)['code']}`", 1)


def recorded(lawless: Operator, tmp_path: Path, *who: str) -> list[Notice]:
    """What those find who read it from the operator who recorded it: with the law replayed, and without."""
    log = lawless.log()
    folder, trust = log.write_folder(tmp_path / "recorded"), log.write_trust(tmp_path / "pinned")
    return [look(LAWFUL, folder, trust, further=[Replay(NOW)]), look(PINNED, folder, trust)]


def both(
    key: str, acts: Callable[[World], Acts], desk: Desk, lawless: Operator, tmp_path: Path, *, at: int = -1
) -> None:
    """Hand in the same acts to both: one refuses that at an index, by default the last; the other records all."""
    honest = acts(desk.world)
    desk.play(honest[:at])
    lawless.play(acts(lawless.world))
    holds(key, [refused(desk, honest[at]()), *recorded(lawless, tmp_path)])


class Person:
    """Somebody whom a root appoints for whatever types, with a key of its own."""

    def __init__(self, world: World, party: str, name: str, *types: str) -> None:
        self.world, self.party, self.key = world, party, Key()
        self.appointment = f"{name}-{party}"
        self.types = sorted({*SCOPE, *types})
        self.actor = {
            "appointment": self.appointment, "capacity": "representative", "party": party,
            "person": f"p-{name}-{party}",
        }  # fmt: skip

    def joins(self) -> Acts:
        stream = f"key/{self.key.key_id}"
        body = {**self.actor, "name": "P", "post": text("P"), "scope": self.types, "valid_from": "2019-01-01"}
        registered = {"appointment": self.appointment, "key": self.key.key_id, "party": self.party, **self.key.material}
        endorsed = {"key": self.key.key_id, "valid_from": "2019-01-01"}
        root = partial(self.world.root_says, self.party)
        return [
            partial(root, "RepresentativeAppointed", f"appointment/{self.appointment}", **body),
            partial(self.says, "KeyRegistered", stream, registered),
            partial(root, "KeyEndorsed", stream, **endorsed),
        ]

    def says(self, type_name: str, stream: str, body: dict[str, Any]) -> Signed:
        raw = self.world.statement(type_name, body, stream=stream, actor=self.actor)
        return Signed(statement=raw, signatures=(self.key.sign(raw),))


def scope_by_two_signatures(world: World) -> Acts:
    """A second commitment, decided by all three, of whom the third does not sign."""
    proposed, decision, *rest = world.commitment("c2")
    votes, signed, adopted = rest[:3], rest[3:5], rest[6]
    return [proposed, decision, *votes, *signed, adopted]


def scope_by_a_body_of_two(world: World) -> Acts:
    """Two found a body of their own and decide there to take out what three have adopted."""
    pair = {party: Person(world, party, "wide", "ScopeChanged") for party in ("inai", "sfp")}
    junta = {"governance_body": "junta", "mandate": text("M"), "members": ["inai", "sfp"], "name": text("Junta")}
    change = {
        "commitment": "c1", "decision": "d-junta", "declared_kind": "reduction", "from_version": 1,
        "scope": scope() | {"deliverables": []},
    }  # fmt: skip
    act = {"body": change, "stream": C1, "type": "ScopeChanged"}
    proposed = {"act": act, "decision": "d-junta", "governance_body": "junta", "question": text("¿Sí?")}
    basis = {"decision": "d-junta", "digest": digest(act)}
    acts = [one for person in pair.values() for one in person.joins()]
    acts += [partial(world.says, one, "GovernanceBodyEstablished", "governance/junta", **junta) for one in pair]
    acts.append(partial(world.says, "inai", "DecisionProposed", "decision/d-junta", **proposed))
    acts += [partial(world.says, one, "VoteCast", "decision/d-junta", choice="for", **basis) for one in pair]
    acts += [partial(world.says, one, "DecisionSigned", "decision/d-junta", **basis) for one in pair]
    return [*acts, partial(pair["inai"].says, "ScopeChanged", C1, change)]


def root_for_the_third(world: World) -> Acts:
    """A founder endorses a key as another founder's root."""
    forged = Key()
    stream = f"key/{forged.key_id}"

    def registered() -> Signed:
        body = {"key": forged.key_id, "party": "nosc", **forged.material}
        raw = world.statement("KeyRegistered", body, stream=stream, actor={"capacity": "root", "party": "nosc"})
        return Signed(statement=raw, signatures=(forged.sign(raw),))

    endorsed = partial(world.root_says, "inai", "KeyEndorsed", stream, key=forged.key_id, valid_from="2019-01-01")
    return [registered, endorsed]


def withdrawal_of_the_third(world: World) -> Acts:
    body = {"effective": "2019-03", "governance_body": "committee", "grounds": text("Ya"), "party": "nosc"}
    return [partial(world.root_says, "inai", "PartyWithdrew", "governance/committee", **body)]


@pytest.mark.parametrize(
    ("key", "acts", "at"),
    [
        ("two-adopt", scope_by_two_signatures, -1),
        ("two-change-scope", scope_by_a_body_of_two, -6),  # the proposal; the votes, signatures and change come after
        ("two-make-root", root_for_the_third, -1),
        ("two-expel", withdrawal_of_the_third, -1),
    ],
)
def test_two_colluding_parties(
    key: str, acts: Callable[[World], Acts], desk: Desk, lawless: Operator, tmp_path: Path, *, at: int
) -> None:
    both(key, acts, desk, lawless, tmp_path, at=at)


def test_two_colluding_parties_adopt_rules(desk: Desk, tmp_path: Path) -> None:
    """Each may say it; without the third it has no effect, and a host that shows one is found."""
    rules = {"decision_rule": {"rule_source": "adopted", "value": "majority"}}
    body = {"governance_body": "committee", "rules": rules, "version": 1}
    for party in ("inai", "sfp"):
        desk.take(desk.says(party, "GovernanceRulesAdopted", "governance/committee", body))
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    desk.ledger.views.wait()
    trust = desk.ledger.folder.trust
    assert check(desk.url, trust, further=[Replay(NOW)]).verdict is Verdict.INTACT

    def as_if_adopted(state: dict[str, Any]) -> dict[str, Any]:
        [committee] = [one for one in state["aggregates"] if one["stream"] == "governance/committee"]
        assert committee["rules"] == []
        committee["rules"] = [{"rules": rules, "version": 1}]
        return state

    def outer(app: Any) -> Counted:
        return Counted(Shows(app, {"/api/v1/state": as_if_adopted}), asked)

    asked: list[str] = []
    with serving(desk.ledger, wrap=outer) as url:
        found = [notice(LAWFUL, check(url, trust, further=[Replay(NOW)]), len(asked))]
        asked.clear()
        found.append(notice(PINNED, check(url, trust), len(asked)))
    holds("two-adopt-rules", found)


def without_deadlines(body: dict[str, Any]) -> dict[str, Any]:
    kept = [one for one in body["items"] if one["kind"] != "DeadlineMissed"]
    assert len(kept) < len(body["items"]) or body["at"] < "2019-05-25"
    return body | {"items": kept}


@pytest.mark.parametrize(
    ("key", "path", "change"),
    [
        ("shows-other-level", "/api/v1/state", lambda body: swap(body, '"limited"', '"complete"')),
        ("withholds-fact", "/api/v1/derived", without_deadlines),
        ("withholds-state", "/api/v1/derived", None),
    ],
)
def test_other_state_than_the_log_gives(key: str, path: str, change: Any, desk: Desk) -> None:
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    desk.ledger.views.wait()
    trust = desk.ledger.folder.trust
    asked: list[str] = []
    with serving(desk.ledger, wrap=lambda app: Counted(Shows(app, {path: change}), asked)) as url:
        found = [notice(LAWFUL, check(url, trust, further=[Replay(NOW)]), len(asked))]
        asked.clear()
        found.append(notice(PINNED, check(url, trust), len(asked)))
    holds(key, found)


class Embellished:
    """An application of which every page, feed and spreadsheet says that all was done in time."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/es/", "/en/", "/feeds/", "/data/")):
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": "Todo se cumplió a tiempo".encode()})


def test_true_data_and_other_pages(desk: Desk) -> None:
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    desk.ledger.views.wait()
    trust = desk.ledger.folder.trust
    asked: list[str] = []
    with serving(desk.ledger, wrap=lambda app: Counted(Embellished(app), asked)) as url:
        assert httpx.get(f"{url}/es/vencidos").text == "Todo se cumplió a tiempo"
        asked.clear()
        report = check(url, trust, further=[Replay(NOW)])
        assert not [path for path in asked if path.startswith(("/es/", "/en/", "/feeds/", "/data/"))]
        text_of_it = report_text(report, "es")
        assert "Sus páginas, avisos y hojas de cálculo no se compararon" in text_of_it
        judged = notice(LAWFUL, report, len(asked))
        found = [replace(judged, evidence=f"{judged.evidence}; it says that no page was compared")]
        asked.clear()
        found.append(notice(PINNED, check(url, trust), len(asked)))
    holds("shows-other-pages", found)


def swap(body: Any, old: str, new: str) -> bytes:
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert old in raw
    return raw.replace(old, new).encode()


class TestThief:
    """A thief of a representative's key signs as the representative, until somebody reports it."""

    def test_acts_before_it_is_known(self, desk: Desk, lawless: Operator, tmp_path: Path) -> None:
        stolen = desk.world.allege("c1")
        answer = desk.post(stolen)
        found = [Notice(SERVER, answer.status_code >= 400, f"records it, {answer.status_code}", 1)]
        lawless.take(lawless.world.allege("c1"))
        holds("thief", [*found, *recorded(lawless, tmp_path)])

    def test_is_told_afterwards(self, lawless: Operator, tmp_path: Path) -> None:
        at = lawless.take(lawless.world.allege("c1"))
        key = lawless.world.keys["nosc"].key_id
        body = {"compromised_since": "2019-03-01", "key": key}
        lawless.take(lawless.world.root_says("nosc", "KeyCompromised", f"key/{key}", **body))
        log = lawless.log()
        folder, trust = log.write_folder(tmp_path / "recorded"), log.write_trust(tmp_path / "pinned")
        with folder_served(folder) as host:
            found = check(host.url, trust)
            suspect = {one.params["index"] for one in found.notes if one.code == "suspect"}
            assert at in suspect
            said = Notice(PINNED, bool(suspect), told(found, "suspect").replace(", `suspect`", ""), len(host.asked))
        holds("thief-told", [said])

    @pytest.mark.parametrize(("key", "type_name"), [("thief-revoked", "KeyRevoked"), ("thief-late", "KeyCompromised")])
    def test_after_it_was_said(self, key: str, type_name: str, desk: Desk, lawless: Operator, tmp_path: Path) -> None:
        def acts(world: World) -> Acts:
            stolen = world.keys["nosc"].key_id
            more = {"reason": "superseded"} if type_name == "KeyRevoked" else {"compromised_since": "2019-03-01"}
            end = partial(world.root_says, "nosc", type_name, f"key/{stolen}", key=stolen, **more)
            return [end, partial(world.allege, "c1")]

        both(key, acts, desk, lawless, tmp_path)

    def test_with_the_operator_s_help_before_it_was_said(self, lawless: Operator, tmp_path: Path) -> None:
        """They put an act in just before the revocation, which was signed having seen the log up to that very place.

        The revocation itself contradicts nothing: who signs after it does, and who kept what came of it.
        """
        world = lawless.world
        stolen = world.keys["nosc"].key_id
        before = lawless.size
        late = world.allege("c1")
        lawless.take(world.root_says("nosc", "KeyRevoked", f"key/{stolen}", key=stolen, reason="superseded"))
        true = lawless.log()
        lawless.take(world.allege("c1", "sfp"))
        signed_after = lawless.entries[-1]
        lawless.take(late)
        forged = inserted(true, before, lawless.entries[-1])
        at = parse_entry(forged.entries[before]).recorded_at
        assert at > parse_entry(forged.entries[before + 1]).recorded_at

        forged = backdated(forged, before, parse_entry(true.entries[before]).recorded_at)
        folder, trust = forged.write_folder(tmp_path / "forged"), true.write_trust(tmp_path / "pinned")
        found = [
            look(FRESH, folder),
            look(PINNED, folder, trust),
            look(
                "holder of a checkpoint with the revocation",
                folder,
                true.write_trust(tmp_path / "kept", kept=true.size),
            ),
            watched(tmp_path, true, forged, trust),
        ]
        goes_on = inserted(forged, forged.size, signed_after)
        found.append(look("verifier, by who signed after the revocation", goes_on.write_folder(tmp_path / "on"), trust))
        holds("thief-and-operator", found)


def test_dismissed_representative(desk: Desk, lawless: Operator, tmp_path: Path) -> None:
    def acts(world: World) -> Acts:
        gone = {"appointment": "ap-nosc", "reason": text("Se fue")}
        end = partial(world.root_says, "nosc", "RepresentativeRevoked", "appointment/ap-nosc", **gone)
        return [end, partial(world.allege, "c1")]

    both("dismissed", acts, desk, lawless, tmp_path)


class Swallow:
    """A host that takes statements and drops them; it says that it will see."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        if scope.get("method") != "POST":
            await self.app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def test_withheld_entry(desk: Desk, tmp_path: Path) -> None:
    """The host drops what nosc signed. The others go on; nosc has no receipt, and a statement that says what it saw."""
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    trust = desk.ledger.folder.trust
    asked: list[str] = []
    with serving(desk.ledger, wrap=lambda app: Counted(Swallow(app), asked)) as url:
        dropped = desk.world.allege("c1")
        answer = httpx.post(f"{url}/api/v1/entries", content=document(dropped))
        assert (answer.status_code, answer.content) == (202, b"")
        seen = desk.ledger.size
        desk.take(desk.says("inai", "ProgressReported", C1, report()))
        asked.clear()
        found = [notice("verifier, told nothing", check(url, trust), len(asked))]
        asked.clear()
        signed = tmp_path / "dropped.signed.json"
        signed.write_bytes(document(dropped))
        search = Search(signed)
        told_of = search.outcome(check(url, trust, further=[search]), load_trust(trust))
        size = told_of.params["size"]
        absent = (told_of.codes, told_of.exit_code) == (("statement.absent",), ABSENT)
        evidence = f"no receipt; `verify --statement`: signed with `seen` size {seen}, not there up to size {size}"
        found.append(Notice("its author, and any reader of the signed statement", absent and size > seen, evidence,
                            len(asked)))  # fmt: skip
    # It goes in at another door of the same ledger, a week later, and shows that it was signed before.
    taken = json_of(desk.post(dropped))
    assert taken["index"] == seen + 1
    holds("withheld", found)


def hostile(kind: str, archive: zipfile.ZipFile) -> None:
    if kind == "bundle-bomb":
        bomb = zipfile.ZipInfo("tile/0/000")
        bomb.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(bomb, "w") as file:
            for _ in range(128):
                file.write(bytes(1024 * 1024))
    elif kind == "bundle-traversal":
        archive.writestr(zipfile.ZipInfo("../../outside"), "x")
    elif kind == "bundle-symlink":
        link = zipfile.ZipInfo("documents/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    else:
        archive.writestr("checkpoint", "another")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("key", ["bundle-bomb", "bundle-traversal", "bundle-symlink", "bundle-twice"])
def test_maker_of_a_bundle(key: str, lawless: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound log, signed and anchored, with one hostile member put in: nothing of it is unpacked."""
    log = lawless.log()
    folder, trust = log.write_folder(tmp_path / "log"), log.write_trust(tmp_path / "pinned")
    good = log.write_zip(tmp_path / "good.zip", folder)
    assert main([str(good), "--trust", str(trust)]) == Verdict.INTACT.exit_code
    before = sorted(tmp_path.rglob("*"))
    bad = log.write_zip(tmp_path / "bad.zip", folder)
    with zipfile.ZipFile(bad, "a", zipfile.ZIP_DEFLATED) as archive:
        hostile(key, archive)
    with pytest.raises(Unreadable) as caught, open_source(str(bad)):
        pass
    code = main([str(bad), "--trust", str(trust)])
    printed = capsys.readouterr().err
    assert printed.startswith("ILEGIBLE")
    assert f"[{caught.value.code}]" in printed
    assert sorted(tmp_path.rglob("*")) == sorted([*before, bad])
    holds(key, [Notice("verifier", code == 3, f"unreadable: `{caught.value.code}`, exit code {code}")])


def changed(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert old in raw
    return raw.replace(old, new, 1)


def bare(desk: Desk) -> bytes:
    """Signed without the payload type: what another protocol would have had signed."""

    key = desk.world.keys["inai"]
    raw = desk.says("inai", "ProgressReported", C1, report()).statement
    sig = Signature(key=KeyId(key.key_id), sig=key._private.sign(raw))
    return document(Signed(statement=raw, signatures=(sig,)))


def reports(desk: Desk, **members: Any) -> bytes:
    return document(desk.says("inai", "ProgressReported", C1, report(**members.pop("body", {})), **members))


SUBMITTED: dict[str, Callable[[Desk], bytes]] = {
    "a member twice": lambda desk: changed(reports(desk), b'"mode":"live"', b'"mode":"live","mode":"live"'),
    "white space": lambda desk: changed(reports(desk), b'"mode":"live"', b'"mode": "live"'),
    "a fraction": lambda desk: changed(reports(desk), SCHEMA, SCHEMA + b".0"),
    "NFD text": lambda desk: changed(reports(desk), b"Avance", "Avancé".replace("é", "e\u0301").encode()),
    "bidirectional marks": lambda desk: changed(reports(desk), b"Avance", "Av\u202eance".encode()),
    "70,000 bytes": lambda desk: reports(desk) + b" " * 70_000,
    "nested 1,000 deep": lambda _: b'{"statement":' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    "another ledger's": lambda desk: reports(desk, ledger="example.org/other"),
    "signed for another protocol": bare,
    "a later `seen` than there is": lambda desk: reports(desk, seen={"root": "0" * 64, "size": 999}),
    "a `seen` of another history": lambda desk: reports(desk, seen={"root": "0" * 64, "size": 5}),
}


def test_submitter(desk: Desk) -> None:
    found = []
    before = desk.ledger.size
    for what, make in SUBMITTED.items():
        answer = desk.post(make(desk))
        found.append(Notice(f"server: {what}", answer.status_code >= 400,
                            f"refuses, {answer.status_code} `{json_of(answer)['code']}`", 1))  # fmt: skip
    assert desk.ledger.size == before
    first = desk.says("inai", "ProgressReported", C1, report())
    once, again = desk.post(first), desk.post(first)
    assert (once.status_code, json_of(once)["index"], desk.ledger.size) == (201, json_of(again)["index"], before + 1)
    found.append(Notice("server: the same bytes again", False, f"gives the first receipt, {again.status_code}", 2))
    alike = desk.says("inai", "ProgressReported", C1, report(narrative=text("Аvance"), report="r3"))
    answer = desk.post(alike)
    found.append(Notice("server: a letter that looks like another", answer.status_code >= 400,
                        f"records it, {answer.status_code}", 1))  # fmt: skip
    holds("submitter", found)


class Meddler:
    """Somebody on the way who alters bodies in either direction."""

    def __init__(self, app: Any, old: bytes, new: bytes) -> None:
        self.app, self.old, self.new = app, old, new

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def altered() -> Any:
            message = await receive()
            return message | {"body": message.get("body", b"").replace(self.old, self.new)}

        async def alter(message: Any) -> None:
            await send(message | ({"body": message["body"].replace(self.old, self.new)} if "body" in message else {}))

        await self.app(scope, altered, alter)


def test_network(desk: Desk) -> None:
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    trust = desk.ledger.folder.trust
    asked: list[str] = []
    with serving(desk.ledger, wrap=lambda app: Counted(Meddler(app, b"Avance", b"Avanse"), asked)) as url:
        found = [notice(PINNED, check(url, trust), len(asked))]
        signed = document(desk.says("inai", "ProgressReported", C1, report()))
        answer = httpx.post(f"{url}/api/v1/entries", content=signed, headers={"Content-Type": "application/json"})
        said = f"refuses, {answer.status_code} `{json_of(answer)['code']}`"
        found.append(Notice(SERVER, answer.status_code >= 400, said, 1))
    holds("network", found)


def test_everything_gone_but_a_bundle_and_a_trust_folder(tmp_path: Path) -> None:
    """Party abolished, server gone, keys lost: what remains is two things on a stick."""
    with desk_in(tmp_path / "gone") as desk:
        desk.play([*desk.world.founding(), *desk.world.commitment("c1")])
        for content in (b"charter", b"minuta"):
            desk.ledger.documents.put(content)
        desk.ledger.export(tmp_path / "bundle.zip")
        write(tmp_path / "receipt", desk.ledger.receipt(3))
        trust = Path(desk.ledger.folder.trust).rename(tmp_path / "trust")

    shutil.rmtree(tmp_path / "gone")
    replayed = check(tmp_path / "bundle.zip", trust, further=[Replay(NOW)])
    assert replayed.checked["L3"]["moves"] == replayed.size
    found = [
        Notice("verifier with bundle and trust folder", False, told(replayed), 0),
        Notice("verifier with a receipt and trust folder", False, told(check(tmp_path / "receipt", trust)), 0),
        Notice(FRESH, False, told(check(tmp_path / "bundle.zip")), 0),
    ]
    holds("gone", found)


def test_page_on_threats_shows_what_the_tests_found() -> None:
    page = Path(__file__).resolve().parent.parent.parent / "docs" / "THREATS.md"
    assert between_markers(page.read_text(encoding="utf-8")) == table()


def test_every_row_is_held_by_a_test() -> None:
    """A row that no test asserts would be a claim of the page's own."""
    folder = Path(__file__).resolve().parent
    code = "".join((folder / name).read_text(encoding="utf-8") for name in TESTS)
    assert [key for key in ROWS if f'"{key}"' not in code] == []
