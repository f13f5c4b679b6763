"""Parties as adversaries of each other: one against two, self-dealing, backdating, floods, look-alikes, denial, theft.

The honest server answers over real HTTP. What it records all the same is looked at by those who read it; what it
refuses is recorded by an operator who asks no law, and looked at too. Rows as in test_operator.py.
"""

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.served import UNLIMITED, WIDE, Desk, appoint, desk_in, digest, document, json_of, report, serving, wide
from tests.api.served import wide_actor as actor_of
from tests.e2e.operator_host import PINNED, check, notice, told
from tests.e2e.operator_table import Notice, holds
from tests.e2e.test_operator_parties import C1, SERVER, Acts, Person, both, lawless
from tests.ledger.lawless import Operator
from tests.ledger.world import PARTIES, Key, Signed, World, doc, evidence, scope, text

from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry

__all__ = ("lawless",)  # the operator of the other rows
PUBLIC = "reader of the ledger's pages"
DELIVERABLE = "deliverable/c1.e1"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An honest ledger with an adopted commitment, served."""
    with desk_in(tmp_path / "honest") as made:
        made.play([*made.world.founding(), *made.world.commitment("c1")])
        for content in (b"charter", b"minuta"):
            made.ledger.documents.put(content)
        yield made


def cut() -> dict[str, Any]:
    body = {
        "commitment": "c1", "decision": "d-cut", "declared_kind": "reduction", "from_version": 1,
        "scope": scope() | {"deliverables": []},
    }  # fmt: skip
    return {"body": body, "stream": C1, "type": "ScopeChanged"}


def cut_alone(world: World) -> Acts:
    """One party proposes a cut of what three have adopted and votes for it; the others abstain; it says it alone."""
    people = {party: Person(world, party, "wide", "ScopeChanged") for party in PARTIES}
    proposed = {"act": cut(), "decision": "d-cut", "governance_body": "committee", "question": text("¿Sí?")}
    basis = {"decision": "d-cut", "digest": digest(cut())}
    acts = [act for person in people.values() for act in person.joins()]
    acts.append(partial(people["inai"].says, "DecisionProposed", "decision/d-cut", proposed))
    for party, choice in (("inai", "for"), ("nosc", "abstain"), ("sfp", "abstain")):
        acts.append(partial(people[party].says, "VoteCast", "decision/d-cut", {**basis, "choice": choice}))
    return [*acts, partial(people["inai"].says, "ScopeChanged", C1, cut()["body"])]


def accepts_its_own(world: World) -> Acts:
    of = {"commitment": "c1", "deliverable": "e1", "version": 1}
    return [
        partial(world.says, "sfp", "DeliverableSubmitted", DELIVERABLE, **of, document=doc(b"minuta")),
        partial(world.says, "sfp", "DeliverableAccepted", DELIVERABLE, **of),
    ]


def represents_two(world: World) -> Acts:
    """Somebody who represents one party is appointed by another one too, to vote for both, or to be silenced."""
    first, second = Person(world, "inai", "wide"), Person(world, "sfp", "twice")
    second.actor |= {"person": first.actor["person"]}
    appointed, *_keys = second.joins()
    return [*first.joins(), appointed]


def judges_an_accusation_of_itself(world: World) -> Acts:
    """The party that submitted a document has what another one contests of it decided by itself and one ally."""
    of = {"commitment": "c1", "deliverable": "e1", "version": 1}
    contested = {**of, "contest": "i1", "evidence": [evidence()], "grounds": text("Falta")}
    over = {
        "commitment": "c1", "contest": "i1", "decision": "d-over", "deliverable": "e1", "reasons": text("No"),
        "version": 1,
    }  # fmt: skip
    act = {"body": over, "stream": DELIVERABLE, "type": "ContestOverruled"}
    proposed = {"act": act, "decision": "d-over", "governance_body": "committee", "question": text("¿Se desestima?")}
    return [
        partial(world.says, "sfp", "DeliverableSubmitted", DELIVERABLE, **of, document=doc(b"minuta")),
        partial(world.says, "nosc", "DeliverableContested", DELIVERABLE, **contested),
        partial(world.says, "sfp", "DecisionProposed", "decision/d-over", **proposed),
    ]


@pytest.mark.parametrize(
    ("key", "acts"),
    [
        ("one-cuts", cut_alone), ("self-accepts", accepts_its_own), ("self-votes", represents_two),
        ("self-judges", judges_an_accusation_of_itself),
    ],
)  # fmt: skip
def test_one_against_two(
    key: str, acts: Callable[[World], Acts], desk: Desk, lawless: Operator, tmp_path: Path
) -> None:
    both(key, acts, desk, lawless, tmp_path)


def answered(desk: Desk, signed: Signed, what: str = "") -> Notice:
    """What the server says; a refusal has written nothing."""
    before = desk.ledger.size
    answer = desk.post(signed)
    is_refused = answer.status_code >= 400
    assert desk.ledger.size == before + (not is_refused)
    desk.world.look(desk.ledger.log)
    said = f"refuses, {answer.status_code} `{json_of(answer)['code']}`" if is_refused else "records it, 201"
    return Notice(SERVER + what, is_refused, said, 1)


def pinned(desk: Desk) -> Notice:
    return notice(PINNED, check(desk.url, desk.ledger.folder.trust), 1)


def test_a_missed_deadline_is_not_dated_away(desk: Desk) -> None:
    appoint(desk, "inai", "wide")
    of = {"commitment": "c1", "deliverable": "e1", "document": doc(b"informe"), "version": 1}
    desk.clock.advance(timedelta(days=100))
    desk.world.advance(timedelta(days=100))
    late = partial(desk.says, "sfp", "DeliverableSubmitted", DELIVERABLE, of, occurred_on="2019-05-20")
    found = [answered(desk, late(), ": as of now"), answered(desk, late(mode="historical"), ": as of the past")]
    desk.ledger.views.wait()
    facts = [fact for fact in desk.http.get("/api/v1/derived").json()["items"] if fact["kind"] == "DeadlineMissed"]
    missed = [fact for fact in facts if fact["params"]["target"] == "deliverable e1"]
    assert len(missed) == 1
    claimed = missed[0]["params"].get("claimed_on")
    found.append(
        Notice(PUBLIC, bool(missed), f"the deadline is missed, since {missed[0]['since'][:10]}; claimed: {claimed}", 1)
    )
    holds("backdates", found)


def test_a_party_floods(desk: Desk) -> None:
    """It hands in allegations without end; the others go on, and the log stays as it should be."""
    of_the_day = 40
    limits = {"entries_per_party_per_day": of_the_day}
    recorded = 0
    with (
        serving(desk.ledger, UNLIMITED.model_copy(update=limits)) as url,
        httpx.Client(base_url=url, headers={"Content-Type": "application/json"}) as http,
    ):
        answer = http.post("/api/v1/entries", content=document(desk.world.allege("c1")))
        while answer.status_code == 201 and recorded <= of_the_day:
            recorded += 1
            answer = http.post("/api/v1/entries", content=document(desk.world.allege("c1")))
        said = f"refuses, {answer.status_code} `{json_of(answer)['code']}`, at {of_the_day} entries of a day"
        found = [Notice(SERVER, answer.status_code == 429 and 0 < recorded < of_the_day, said, 1)]
        desk.world.look(desk.ledger.log)
        other = http.post("/api/v1/entries", content=document(desk.world.allege("c1", "sfp")))
        is_refused = other.status_code >= 400
        found.append(Notice(f"{SERVER}: another party", is_refused, f"records it, {other.status_code}", 1))
    holds("floods", [*found, pinned(desk)])


def test_a_name_that_looks_like_another(desk: Desk) -> None:
    appoint(desk, "inai", "wide")
    alike = "N\N{GREEK CAPITAL LETTER OMICRON}SC"
    assert alike != "NOSC"
    body = {"kind": "civil_society_org", "legal_name": text(alike), "party": "nosc2"}
    found = [answered(desk, wide(desk, "inai", "PartyRegistered", "party/nosc2", body))]
    desk.ledger.views.wait()
    for path, mark in (("/es/partes/nosc2", "letras de otro alfabeto"), ("/en/parties", "letters of another alphabet")):
        page = desk.http.get(path).text
        assert f"{alike} <span" in page
        found.append(Notice(f"{PUBLIC}, {path[1:3]}", mark in page, f"next to the name: «{mark}»", 1))
    assert "letras de otro" not in desk.http.get("/es/partes/nosc").text
    holds("looks-alike", found)


def test_a_signatory_who_denies(desk: Desk, tmp_path: Path) -> None:
    """With a receipt and a key that its party's root endorsed; by a program that knows nothing of this ledger."""
    index = int(desk.take(desk.world.allege("c1"))["index"])
    receipt, trust = tmp_path / "receipt", desk.ledger.folder.trust
    receipt.write_bytes(desk.ledger.receipt(index))
    report_ = check(receipt, trust)
    found = [Notice("holder of the receipt", False, told(report_), 0)]
    entry = parse_entry(desk.ledger.log.entry(index))
    [signature] = entry.signatures
    assert signature.key == desk.world.keys["nosc"].key_id
    files = {"statement": signed_bytes(entry.statement.raw), "signature": signature.sig}
    files["key"] = desk.world.keys["nosc"].spki
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    command += ["-in", "statement", "-sigfile", "signature"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found.append(Notice("anybody with `openssl`", done.returncode == 0, done.stdout.strip(), 0))
    (tmp_path / "statement").write_bytes(files["statement"].replace(b"No consta", b"Si consta"))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    holds("denies", found)


def test_a_stolen_root(desk: Desk) -> None:
    """The thief appoints somebody. The party says that its root was stolen; the other founders give it a new one."""

    def speaks(name: str, number: int) -> Signed:
        key, actor = desk.keys[f"{name}-nosc"], actor_of("nosc", name)
        return desk.by(key, actor, "ProgressReported", C1, report(report=f"r{number}"))

    root, appointed = desk.world.roots["nosc"].key_id, "appointment/late-nosc"
    appoint(desk, "nosc", "thief")
    found = [answered(desk, speaks("thief", 5), ": who the thief appointed")]
    body = {"compromised_since": "2019-03-01", "key": root}
    assert not answered(desk, desk.root_says("nosc", "KeyCompromised", f"key/{root}", body)).noticed
    late = {**actor_of("nosc", "late"), "name": "L", "post": text("P"), "scope": WIDE, "valid_from": "2019-01-01"}
    appoints = desk.root_says("nosc", "RepresentativeAppointed", appointed, late)
    found.append(answered(desk, appoints, ": the root, once it is said to be stolen"))
    new = Key()
    own = {"key": new.key_id, "party": "nosc", **new.material}
    desk.take(desk.by(new, {"capacity": "root", "party": "nosc"}, "KeyRegistered", f"key/{new.key_id}", own))
    endorsed = {"key": new.key_id, "valid_from": "2019-01-01"}
    desk.take(desk.root_says("inai", "KeyEndorsed", f"key/{new.key_id}", endorsed))
    desk.world.roots["nosc"] = new
    gone = {"appointment": "thief-nosc", "reason": text("Robo")}
    revokes = partial(desk.root_says, "nosc", "RepresentativeRevoked", "appointment/thief-nosc", gone)
    found.append(answered(desk, revokes(), ": the new root, endorsed by one founder of two"))
    desk.take(desk.root_says("sfp", "KeyEndorsed", f"key/{new.key_id}", endorsed))
    found.append(answered(desk, revokes(), ": the new root, endorsed by both"))
    found.append(answered(desk, speaks("thief", 6), ": who the thief appointed, after that"))
    suspect = check(desk.url, desk.ledger.folder.trust)
    evidence_ = told(suspect, "suspect").split(", `suspect`")[0]
    holds("stolen-root", [*found, Notice(PINNED, "suspect" in evidence_, evidence_, 1)])


def test_a_secretariat_that_withholds(desk: Desk) -> None:
    """It votes for a party, which it may not; and records nothing, which the parties then do themselves."""
    appoint(desk, "inai", "clerk", capacity="secretariat")
    appoint(desk, "sfp", "wide")
    proposed = {"act": cut(), "decision": "d-cut", "governance_body": "committee", "question": text("¿Sí?")}
    desk.take(wide(desk, "sfp", "DecisionProposed", "decision/d-cut", proposed))
    vote = {"choice": "for", "decision": "d-cut", "digest": digest(cut())}
    clerk = partial(desk.by, desk.keys["clerk-inai"], actor_of("inai", "clerk", "secretariat"))
    of = {"commitment": "c1", "deliverable": "e1", "document": doc(b"informe"), "version": 1}
    found = [
        answered(desk, clerk("VoteCast", "decision/d-cut", vote), ": it votes"),
        answered(desk, desk.says("sfp", "DeliverableSubmitted", DELIVERABLE, of), ": a party hands in what it did not"),
    ]
    desk.clock.advance(timedelta(days=100))
    desk.ledger.views.wait()
    missed = [
        fact["params"]["target"]
        for fact in desk.http.get("/api/v1/derived").json()["items"]
        if fact["kind"] == "DeadlineMissed"
    ]
    found.append(Notice(PUBLIC, missed == ["milestone m1"], f"missed deadlines, with nobody's word: {missed}", 1))
    holds("withholds-record", found)
