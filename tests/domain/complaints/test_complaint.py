"""Complaints: filed, admitted, answered or late, resolved; never decided by who is accused, nor by who complains."""

from dataclasses import dataclass
from typing import Any, ClassVar

from tests.domain.stage import Body, Stage, rep, seated, sha256, text

from constancia.domain.complaints.complaint import Complaint
from constancia.domain.facts.derive import DerivedFact, derive
from constancia.domain.kernel.acts import REGISTRY, Recorded
from constancia.domain.kernel.aggregate import Aggregate, Mark

Q = "complaint/q1"
DIGEST = f"sha256:{sha256('texto y sal')}"


def filing(name: str = "q1", **changed: Any) -> Body:
    return {
        "against": ["sfp"],
        "complaint": name,
        "kind": "complaint",
        "protected": False,
        "text": text("No publicaron la minuta"),
    } | changed


def protected(name: str = "q1", **changed: Any) -> Body:
    body = filing(name, digest=DIGEST, protected=True, **changed)
    return {member: value for member, value in body.items() if member != "text"}


def admission(name: str = "q1", **changed: Any) -> Body:
    return {"complaint": name, "reasons": text("Trata de un compromiso del comité")} | changed


def resolution(outcome: str = "partly", name: str = "q1", **changed: Any) -> Body:
    return {"complaint": name, "outcome": outcome, "reasons": text("Por la evidencia")} | changed


def filed(who: str = "nosc", **changed: Any) -> Stage:
    stage = seated()
    stage.says(who, "ComplaintFiled", filing(**changed))
    return stage


def admitted(**changed: Any) -> Stage:
    stage = filed(**changed)
    stage.says("inai", "ComplaintAdmitted", admission())
    return stage


def admit(stage: Stage, party: str) -> None:
    """All members of the committee admit a party to it, without a vote."""
    body = {"governance_body": "cc", "participation": "observer", "party": party, "since": stage.today}
    stage.each("ParticipantAdmitted", body | {"voting": "none"})


def complaint(stage: Stage, name: str = "q1") -> Complaint:
    return stage.find(Complaint, f"complaint/{name}")


def filing_entry(stage: Stage, stream: str = Q) -> Recorded:
    return next(entry for entry in stage.entries if entry.originator_id == stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A response as the state holds one."""

    mark: Mark
    answers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutEntry(Aggregate):
    """What was said about an entry, where the catalogue has no act to say it with."""

    SINCE: ClassVar = 3

    responses: tuple[Given, ...] = ()


def answered(stage: Stage, who: str, **members: Any) -> Stage:
    """A party answers the complaint."""
    leaf = filing_entry(stage).leaf_hash
    if "ResponseGiven" in REGISTRY:
        stage.says(who, "ResponseGiven", {"response": text("Ya se publicó"), "target": leaf}, **members)
        return stage
    voice, when = rep(who), members.get("occurred_on", stage.today)
    mark = Mark(
        index=len(stage.entries), leaf_hash=sha256(f"{who} {stage.now}"), party=who, occurred_on=when,
        recorded_at=f"{stage.now:%Y-%m-%dT%H:%M:%S}.000Z", person=voice.actor["person"],
    )  # fmt: skip
    stream = f"entry/{leaf}"
    before = stage.state.standing(stream)
    responses = before.responses if isinstance(before, AboutEntry) else ()
    about = AboutEntry(stream=stream, version=1, status="noted", responses=(*responses, Given(mark=mark)))
    stage.state._aggregates[stream] = about
    return stage


def facts(stage: Stage, kind: str) -> list[DerivedFact]:
    return [fact for fact in derive(stage.state, stage.now) if fact.kind == kind and fact.stream == Q]


def resolved(outcome: str = "partly") -> Stage:
    stage = admitted().on("2019-06-01")
    stage.says("inai", "ComplaintResolved", resolution(outcome))
    return stage


def dismissed() -> Stage:
    stage = filed()
    stage.says("inai", "ComplaintResolved", resolution("dismissed"))
    return stage


def withdrawn() -> Stage:
    stage = filed()
    stage.says("nosc", "ComplaintResolved", resolution("withdrawn"))
    return stage


def appeal(**changed: Any) -> Body:
    return filing("q2", kind="appeal", continues="q1", **changed)


def missed(stage: Stage) -> list[object]:
    return [fact.params["target"] for fact in facts(stage, "DeadlineMissed")]


def test_an_open_complaint_is_its_filers_and_owes_nothing_until_it_is_admitted() -> None:
    stage = filed()
    assert (complaint(stage).filer, complaint(stage).is_open, complaint(stage).owed_by) == ("nosc", True, ())
    stage.says("inai", "ComplaintAdmitted", admission())
    assert complaint(stage).owed_by == ("sfp",)
    assert [mark.party for mark in complaint(stage).judges] == ["inai"]
