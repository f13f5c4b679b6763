"""A big ledger of the shape that life gives one: seeded, lawful, through the real writer, made once and stored.

    PYTHONPATH=.import:. python tests/benchmarks/big_ledger.py [--commitments 40] [--months 27] [--seed 1]

40 commitments with milestones, deliverables, votes, contests, evidence, changes of scope, gatherings and complaints
give more than 5,000 entries. Every statement is signed with its party's key, judged by the law and written by the
ledger's one writer. The same seed gives the same entries, byte for byte: keys, identifiers and the story's clock all
come from it. The ledger is a folder that `constancia serve --dir` opens; its passphrase is beside its key.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Generator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.ledger.world import ORIGIN, PARTIES, START, Key, Signed, World, doc, play, text

from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.problems import Refusal
from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.signatures import key_id_of

PASSPHRASE = b"a passphrase of a benchmark"
ROUND = timedelta(days=4)  # between two steps of every commitment's life
LEVELS = ("limited", "limited", "substantial")
WIDE = sorted(name for name, act in REGISTRY.items() if act.signer in ("rep", "root_or_rep") and act.UNTIL is None)
Body = dict[str, Any]
Outcomes = Sequence[AppendOutcome]
Life = Generator[list[Signed], Outcomes, None]


def seed_of(*parts: object) -> bytes:
    """Give 32 bytes for a name."""
    return hashlib.sha256(repr(parts).encode()).digest()


class SeededKey(Key):
    """A key pair that a name decides."""

    def __init__(self, *name: object) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed_of(*name))
        self.spki = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(self.spki)


class BigWorld(World):
    """The three parties, with keys and identifiers that a seed decides."""

    def __init__(self, log_key: str, seed: int, months: int) -> None:
        super().__init__(log_key)
        self.seed, self.months, self.count = seed, months, 0
        self.roots = {party: SeededKey(seed, "root", party) for party in PARTIES}
        self.keys = {party: SeededKey(seed, "key", party) for party in PARTIES}

    def statement(self, type_name: str, body: Any, *, stream: str, actor: Any, **members: Any) -> bytes:
        """Make a statement whose identifier is the seed's."""
        self.count += 1
        name = str(uuid.UUID(bytes=seed_of(self.seed, self.count)[:16], version=4))
        return super().statement(type_name, body, stream=stream, actor=actor, **{"id": name, **members})

    def appointed(self, party: str) -> Signed:
        """Appoint a party's representative, who may say all that a representative can."""
        body = {
            "appointment": f"ap-{party}", "capacity": "representative", "name": f"Persona de {party}", "party": party,
            "person": f"p-{party}", "post": text("Representante"), "scope": WIDE, "valid_from": "2019-01-01",
        }  # fmt: skip
        return self.root_says(party, "RepresentativeAppointed", f"appointment/ap-{party}", **body)

    def decided(self, name: str, type_name: str, stream: str, body: Body) -> Life:
        """Put an act to the vote, vote for it, sign it, record it."""
        act = {"body": body, "stream": stream, "type": type_name}
        digest = {"decision": name, "digest": "sha256:" + hashlib.sha256(canonical(act)).hexdigest()}
        put = {"act": act, "decision": name, "governance_body": "committee", "question": text(f"¿Se decide {name}?")}
        decision = f"decision/{name}"
        yield [self.says(PARTIES[self.count % 3], "DecisionProposed", decision, **put)]
        yield [self.says(party, "VoteCast", decision, choice="for", **digest) for party in PARTIES]
        yield [self.says(party, "DecisionSigned", decision, **digest) for party in PARTIES]
        yield [self.says("inai", type_name, stream, **body)]


def proof(*name: object) -> Body:
    """Give evidence with a hash."""
    return {"description": text(f"Minuta {name[-1]}"), "sha256": seed_of(*name).hex()}


def scope_of(lead: str, *, items: int = 4) -> Body:
    """Give a scope: three milestones, one open for years and one missed; deliverables; an indicator."""
    windows = ("2019-03-26/2019-08-24", "2019-09/2020-02", "2020-03/2031-12")
    return {
        "actions": [
            {"action": f"a{n}", "milestone": f"m{n % 3 + 1}", "text": text(f"Convocar y documentar la etapa {n}")}
            for n in range(1, 4)
        ],
        "deliverables": [
            {"deliverable": f"e{n}", "form": "document", "milestone": f"m{min(n, 3)}",
             "title": text(f"Informe público de la etapa {n}, con anexos")}
            for n in range(1, items + 1)
        ],
        "indicators": [
            {"baseline": "0", "direction": "higher", "indicator": "i1", "target": "300",
             "title": text("Personas consultadas"), "unit": "personas"},
        ],
        "milestones": [
            {"lead": [lead], "milestone": f"m{n}", "title": text(f"Etapa {n}: consulta, redacción y publicación"),
             "window": windows[n - 1]}
            for n in range(1, 4)
        ],
    }  # fmt: skip


def life_of(world: BigWorld, number: int) -> Life:
    """Play a commitment's life, step by step; each step gets the outcomes of the one before."""
    name, lead = f"c{number:03}", PARTIES[number % 3]
    others = [party for party in PARTIES if party != lead]
    stream = f"commitment/{name}"
    words = text(f"Compromiso {number}: que ninguna intervención ocurra sin control ni registro público")
    yield [world.says(others[0], "CommitmentProposed", stream, commitment=name, objective=words, title=words,
                      problem=text("Faltan controles democráticos"))]  # fmt: skip
    adopted = {"commitment": name, "decision": f"d-{name}-1", "scope": scope_of(lead)}
    yield from world.decided(f"d-{name}-1", "CommitmentAdopted", stream, adopted)
    carried = {
        "commitment": name, "decision": f"d-{name}-2", "origin": "roadmap", "plan": "plan-4",
        "scope_digest": "sha256:" + hashlib.sha256(canonical(adopted["scope"])).hexdigest(), "scope_version": 1,
    }  # fmt: skip
    yield from world.decided(f"d-{name}-2", "CommitmentCarriedIntoPlan", "plan/plan-4", carried)
    for milestone in ("m1", "m2", "m3"):
        yield [world.says(lead, "WorkStarted", stream, commitment=name, milestone=milestone)]
        # Every fourth commitment never comes to its second milestone.
        if milestone == "m1" or (milestone == "m2" and number % 4):
            yield from delivered(world, name, lead, f"e{milestone[1]}")
            if milestone == "m1" or number % 2:
                evidence = [proof(name, milestone)]
                yield [world.says(lead, "MilestoneCompleted", stream, commitment=name, evidence=evidence,
                                  milestone=milestone)]  # fmt: skip
        yield from reported(world, name, lead, milestone)
    less = {"commitment": name, "decision": f"d-{name}-3", "declared_kind": "reduction", "from_version": 1}
    less["scope"] = scope_of(lead, items=3)
    proposal = {key: value for key, value in less.items() if key != "decision"}
    yield [world.says(lead, "ScopeChangeProposed", stream, **proposal, proposal="s1", reasons=text("Sin recursos"))]
    yield from world.decided(f"d-{name}-3", "ScopeChanged", stream, less)
    yield from gathered(world, number)


def delivered(world: BigWorld, name: str, lead: str, item: str) -> Life:
    """Deliver a document, have it contested, revise it, have it accepted."""
    stream, others = f"deliverable/{name}.{item}", [party for party in PARTIES if party != lead]
    of = {"commitment": name, "deliverable": item}
    yield [world.says(lead, "DeliverableSubmitted", stream, **of, document=doc(seed_of(name, item, 1)), version=1)]
    yield [world.says(others[0], "DeliverableContested", stream, **of, contest="x1", version=1,
                      evidence=[proof(name, item)], grounds=text("No consta lo acordado"))]  # fmt: skip
    yield [world.says(lead, "DeliverableRevised", stream, **of, answers=["x1"], changes=text("Se completa"), version=2,
                      document=doc(seed_of(name, item, 2)))]  # fmt: skip
    yield [world.says(party, "DeliverableAccepted", stream, **of, version=2) for party in others]


def reported(world: BigWorld, name: str, lead: str, milestone: str) -> Life:
    """Report each month; others acknowledge it, contest it and are answered, or allege something."""
    stream, others = f"commitment/{name}", [party for party in PARTIES if party != lead]
    # The first commitment collects far more than the others, as one that people fight over does.
    for month in range(world.months // 3 * (5 if name == "c000" else 1)):
        report = f"r-{milestone}-{month:02}"
        (outcome,) = yield [
            world.says(lead, "ProgressReported", stream, commitment=name, evidence=[proof(name, report)],
                       level=LEVELS[int(milestone[1]) - 1], narrative=text(f"Se avanza en {milestone}: sesiones"),
                       period=world.today[:7], report=report)
        ]  # fmt: skip
        target = outcome.entry.leaf_hash.hex()
        yield [world.says(others[0], "EntryAcknowledged", f"entry/{target}", target=target)]
        if month % 2 == 0:
            yield [world.contest(target, others[1], "i1")]
            if month % 4 == 0:
                body: Body = {"answers": ["i1"], "response": text("Consta en la minuta de la sesión"), "target": target}
                yield [world.says(lead, "ResponseGiven", f"entry/{target}", **body)]
        else:
            allegation = f"al-{name}-{report}"
            body = {"allegation": allegation, "alleged_actor": text("Alguien"), "commitment": name, "kind": "other",
                    "description": text("No consta lo informado. " * 8), "evidence": [proof(allegation)],
                    "since": "2019-03"}  # fmt: skip
            yield [world.says(others[1], "AllegationMade", f"allegation/{allegation}", **body)]


def gathered(world: BigWorld, number: int) -> Life:
    """Hold a consultation with contributions and an answer; publish a statement; complain now and then."""
    name, lead, other = f"c{number:03}", PARTIES[number % 3], PARTIES[(number + 1) % 3]
    stream, of = f"gathering/g-{name}", {"gathering": f"g-{name}"}
    call = {"about": {"commitment": name}, "agenda": [], "kind": "consultation", "open_to": text("Todo público"),
            "title": text(f"Consulta {number}"), "window": world.today}  # fmt: skip
    yield [world.says(lead, "GatheringConvened", stream, **of, **call)]
    yield [
        world.says(lead, "ContributionReceived", stream, **of, consent="count_only", contribution=f"k{n}",
                   contributor="citizen", sha256=seed_of(name, n).hex())
        for n in range(3)
    ]  # fmt: skip
    theme = {"contributions": ["k0"], "outcome": "partly", "reasons": text("No alcanza el plazo"), "theme": "t1",
             "title": text("Control judicial")}  # fmt: skip
    yield [world.says(other, "ReasonedResponsePublished", f"response/rr-{name}", **of, response=f"rr-{name}",
                      themes=[theme])]  # fmt: skip
    released = {"about": f"commitment/{name}", "docset": {"authentic": "es", "documents": [doc(b"texto", "es")]},
                "kind": "release", "parties": [lead], "statement": f"st-{name}",
                "title": text(f"Comunicado {number}")}  # fmt: skip
    yield [world.says(lead, "StatementPublished", f"statement/st-{name}", **released)]
    complaint = {"against": [lead], "complaint": f"q-{name}", "governance_body": "committee", "kind": "complaint",
                 "protected": False, "subject": f"commitment/{name}", "text": text("Se informó tarde")}  # fmt: skip
    yield [world.says(other, "ComplaintFiled", f"complaint/q-{name}", **complaint)]
    for _ in range(2):  # the second one is refused: a name is used once
        duty = {"bearers": [lead], "duty": f"o-{name}", "governance_body": "committee", "since": world.today,
                "text": text("Publicar un informe cada año")}  # fmt: skip
        yield [world.says(party, "DutyAssigned", f"duty/o-{name}", **duty) for party in PARTIES]


def frame_of(world: BigWorld) -> Life:
    """Sign an agreement and open a plan, once."""
    docset = {"authentic": "es", "documents": [doc(b"texto en espanol", "es"), doc(b"text in English", "en")]}
    digest = "sha256:" + hashlib.sha256(canonical(docset)).hexdigest()
    of = {"agreement": "ag", "version": 1}
    yield [world.says("inai", "AgreementDrafted", "agreement/ag", **of, docset=docset, parties=list(PARTIES),
                      title=text("Acuerdo"))]  # fmt: skip
    yield [world.says("inai", "AgreementTextFrozen", "agreement/ag", **of, docset=digest, required=list(PARTIES))]
    yield [world.says(party, "AgreementSigned", "agreement/ag", **of, docset=digest) for party in PARTIES]
    plan = {"due": "2019-08-31", "governance_body": "committee", "ordinal": 4, "period": "2019-03-01/2021-08-31",
            "plan": "plan-4", "title": text("Cuarto plan")}  # fmt: skip
    yield [world.says(party, "ActionPlanOpened", "plan/plan-4", **plan) for party in PARTIES]


def live(ledger: Ledger, world: BigWorld, clock: StoryClock, lives: Sequence[Life]) -> int:
    """Have all lives go on together, a step at a time, each step one batch; give how many acts were refused."""
    waiting: list[tuple[Life, Outcomes | None]] = [(life, None) for life in lives]
    refused = 0
    while waiting:
        world.now = clock.advance(ROUND)
        world.look(ledger.log)
        steps = []
        for life, outcomes in waiting:
            try:
                acts = next(life) if outcomes is None else life.send(outcomes)
            except StopIteration:
                continue
            steps.append((life, [ledger.submit(act.parsed) for act in acts]))
        waiting = []
        for life, futures in steps:
            outcomes = []
            for future in futures:
                try:
                    outcomes.append(future.result())
                except Refusal:
                    refused += 1
            waiting.append((life, outcomes))
    return refused


def make(folder: Path, commitments: int, months: int, seed: int) -> int:
    """Make the ledger in a folder that is not there yet; give its number of entries."""
    private = Ed25519PrivateKey.from_private_bytes(seed_of(seed, "log"))
    signer = LogSigner(ORIGIN, private, MLDSA44PrivateKey.from_seed_bytes(seed_of(seed, "log", "mldsa44")))
    clock = StoryClock(START)
    # One verifier, so that what is handed in together is recorded in that order.
    options = Options(follow=False, guard_rollback=False)
    with Ledger.open(folder, clock=clock, signer=signer, create=True, options=options) as ledger:
        world = BigWorld(signer.vkey, seed, months)
        world.log_cosigner = signer.cosigner_vkey

        def take(signed: Signed) -> None:
            ledger.append(signed.parsed)
            world.look(ledger.log)

        play(world.founding(), take)
        live(ledger, world, clock, [frame_of(world)])
        live(ledger, world, clock, [life_of(world, number) for number in range(commitments)])
        ledger.views.catch_up()
        size = ledger.size
    keys = LedgerFolder(folder).log_key.parent
    keys.mkdir(mode=0o700, exist_ok=True)
    signer.save(LedgerFolder(folder).log_key, PASSPHRASE)
    secret = keys / "passphrase"
    secret.touch(mode=0o600)
    secret.write_bytes(PASSPHRASE + b"\n")
    return size


def stored(commitments: int = 40, months: int = 27, seed: int = 1) -> Path:
    """Give the folder of such a ledger, made if it is not there: nobody writes to it; who appends copies it."""
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("CONSTANCIA_BIG_LEDGERS") or Path(tempfile.gettempdir()) / "constancia-big-ledgers")
    folder = cache / f"{commitments}-{months}-{seed}-{version}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as part:
            make(Path(part) / "ledger", commitments, months, seed)
            if not folder.exists():
                shutil.move(Path(part) / "ledger", folder)
    return folder


def main() -> None:
    """Make it, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commitments", type=int, default=40)
    parser.add_argument("--months", type=int, default=27)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    begun = time.perf_counter()
    folder = stored(chosen.commitments, chosen.months, chosen.seed)
    sys.stdout.write(f"{folder} ({time.perf_counter() - begun:.1f} s)\n")


if __name__ == "__main__":
    main()
