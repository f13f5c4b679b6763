"""What the domain made of an accepted act, compared with the oracle's books: nobody is bound by others.

It reads aggregates as JSON, as a state document shows them, and derived facts as JSON.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.domain.dirty.books import AGREED_TO, Books, Decision, Word
from tests.domain.dirty.endings import check_end, check_not_ended
from tests.domain.dirty.reading import GRAVITY, WEEK, Json, Span, due_instant, least_gravity, local_day, require, span
from tests.domain.dirty.reading import instant as read_instant

LEVELS = ("no_evidence_available", "not_started", "limited", "substantial", "complete")


def judge(books: Books, word: Word) -> None:
    """Check what an act must not be, before it is written down."""
    check_not_ended(books, word)
    rule = JUDGES.get(word.type)
    if rule is not None:
        rule(books, word)


def _scope(books: Books, word: Word) -> None:
    decision = books.decisions.get(word.body["decision"])
    require(decision is not None, "9", "a scope without a decision")
    assert decision is not None
    signed = set(decision.signed)
    require(len(signed) > 1, "9", f"a scope signed by {sorted(signed)} alone")
    missing = books.awaited(decision.body, "DecisionSigned", word.day) - signed
    require(not missing, "nobody is bound by others", f"a scope without {sorted(missing)}")
    require(word.party in books.sitting(decision.body), "14", "a scope recorded by who does not sit")
    act = {"body": word.body, "stream": word.stream, "type": word.type}
    require(decision.said["act"] == act, "5", "another act than the one decided")
    require(all(one["lead"] for one in word.body["scope"]["milestones"]), "13", "a milestone of nobody")
    require(word.body["scope"]["milestones"], "13", "an empty scope")
    known = {*books.parties, *ROLES}
    for one in word.body["scope"]["milestones"]:
        require(set(one["lead"]) <= known, "13", f"{one['lead']} answer for a milestone")
    before = books.scopes[word.body["commitment"]]
    if not before:
        return
    baseline = books.decisions[before[0].body["decision"]]
    require(books.acting(baseline.body) == decision.body, "9", "another body changes the scope")
    gone = set(baseline.signed) - signed
    for party in gone:
        here = party in books.sitting(decision.body) and books.able(party, "DecisionSigned", word.day)
        require(not here, "nobody is bound by others", f"{party} is bound by others")
    least = least_gravity(before[-1].body["scope"], word.body["scope"])
    declared = word.body["declared_kind"]
    require(GRAVITY.index(declared) >= GRAVITY.index(least), "9", f"a {least} is called a {declared}")


def _binding(books: Books, word: Word) -> None:
    """Check that what binds was signed by all who sit, is what was decided, and is recorded by one of them."""
    body = word.body
    if word.type == "DeadlineMoved" and body["kind"] != "extended":
        return
    decision = books.decisions.get(str(body.get("decision")))
    require(decision is not None, "9", f"{word.type} without a decision")
    assert decision is not None
    require(
        decision.said["act"] == {"body": body, "stream": word.stream, "type": word.type}, "5", "not the act decided"
    )
    require(word.party in books.sitting(decision.body), "14", f"{word.type} recorded by who does not sit")
    require(len(decision.signed) > 1, "9", f"{word.type} signed by one alone")
    if body.get("to") == "rejected":
        return
    missing = books.awaited(decision.body, "DecisionSigned", word.day) - set(decision.signed)
    require(not missing, "nobody is bound by others", f"{word.type} without {sorted(missing)}")
    scopes = books.scopes.get(str(body.get("commitment")), [])
    if scopes:
        own = books.acting(books.decisions[scopes[0].body["decision"]].body)
        require(own == decision.body, "9", f"another body decides {word.type}")


def _independent(books: Books, word: Word) -> None:
    """Check that an assessor neither sits in the body nor said anything of the commitment but contests."""
    scopes = books.scopes.get(str(word.body.get("commitment")), [])
    if not scopes:
        return
    body = books.acting(books.decisions[scopes[0].body["decision"]].body)
    require(word.party not in books.sitting(body), "26", f"{word.party} assesses what its body decided")
    own = [one for one in books.words if one.stream == scopes[0].stream and not one.type.endswith("Contested")]
    require(word.party not in {one.party for one in own}, "26", f"{word.party} assesses its own work")
    require(word.person not in {one.person for one in own if one.person}, "26", f"{word.person} assesses its own work")


ROLES = ("consultant", "governance-body", "members", "rapporteur", "secretariat", "working-groups")


def _judging(books: Books, word: Word) -> None:
    versions = books.deliveries[word.body["commitment"], word.body["deliverable"]]
    last = versions[-1]
    require(word.body["version"] == last.body["version"], "26", "an old version is judged")
    require(word.party != last.party, "26", "who submitted judges it")
    own = {one.person for one in versions if one.party == last.party and one.person}
    require(word.person not in own, "26", f"{word.person} judges its own work for {word.party}")
    require(not books.serves(word.person, last.party, word.day), "26", f"{word.person} serves {last.party} too")
    body = _body_of(books, word.body["commitment"])
    require(word.party in books.sitting(body), "14", f"{word.party} judges without a seat")


def _body_of(books: Books, commitment: str) -> str:
    first = books.scopes[commitment][0]
    return books.acting(books.decisions[first.body["decision"]].body)


def _concurring(books: Books, word: Word) -> None:
    persons = {party: person for party, person in books.equal_words(word).items() if party != word.party}
    require(word.person is None or word.person not in persons.values(), "26", f"{word.person} speaks for two parties")


def _decided(books: Books, word: Word) -> None:
    decision = books.decisions[word.body["decision"]]
    spoke = {party: person for party, (_choice, person) in decision.votes.items()}
    for party, person in (*spoke.items(), *decision.signed.items()):
        two = party != word.party and person is not None and person == word.person
        require(not two, "26", f"{word.person} speaks for {party} and {word.party} on one decision")
    if decision.said["act"]["type"] == "ContestOverruled":
        of = decision.said["act"]["body"]
        versions = books.deliveries[of["commitment"], of["deliverable"]]
        authors = {one.person for one in versions if one.party == versions[-1].party and one.person}
        require(word.person not in authors, "26", f"{word.person} decides on its own work for {word.party}")
    for party in _own_cause(books, decision):
        own = party == word.party or books.serves(word.person, party, word.day)
        require(not own, "26", f"{word.person} of {word.party} decides the cause of {party}")


def _own_cause(books: Books, decision: Decision) -> set[str]:
    act = decision.said["act"]
    if act["type"] != "ContestOverruled":
        return set()
    of = (act["body"]["commitment"], act["body"]["deliverable"])
    contests = [
        one.party
        for one in books.words
        if one.type == "DeliverableContested"
        and (one.body["commitment"], one.body["deliverable"]) == of
        and one.body["contest"] == act["body"]["contest"]
    ]
    return {*contests, books.deliveries[of][-1].party}


def _overruled(books: Books, word: Word) -> None:
    decision = books.decisions[word.body["decision"]]
    require(len(decision.signed) > 1, "26", "one alone overrules a contest")
    require(not _own_cause(books, decision) & set(decision.signed), "26", "who is concerned overrules a contest")


def _role(books: Books, word: Word) -> None:
    require(not books.serves(word.person, word.body["party"], word.day), "26", "who gets a role gives it")
    require(word.party != word.body["party"], "26", "a party gives itself a role")
    require(word.party in books.sitting(_body_of(books, word.body["commitment"])), "14", "a role given from outside")
    _concurring(books, word)


def _accepted(books: Books, word: Word) -> None:
    _judging(books, word)
    _concurring(books, word)


def _corrected(books: Books, word: Word) -> None:
    target = books.by_leaf[word.body["target"]]
    require(target.party == word.party, "21", "another party's word is corrected")
    path = word.body["field"].split(".")
    while target.type == "CorrectionRecorded" and path[:2] == ["body", "new_value"]:
        path = target.body["field"].split(".")
        target = books.by_leaf[target.body["target"]]
    fields = AGREED_TO.get(target.type, set())
    require(path[0] != "body" or path[1] not in fields, "21", f"{target.type}.{path} is corrected by one")
    require(path[0] in ("body", "occurred_on"), "21", f"{path} is corrected")
    if path == ["occurred_on"]:
        when = span(word.body["new_value"])
        require(when.start is None or when.start <= target.day, "20", "corrected into the future")


def _reported(books: Books, word: Word) -> None:
    reports = [one for one in books.words if one.type == word.type and one.stream == word.stream]
    before = reports[-1].body["level"] if reports else LEVELS[0]
    drops = LEVELS.index(word.body["level"]) < LEVELS.index(before)
    require(not drops or "reason" in word.body, "12", "a level drops without a reason")


def _agreement(books: Books, word: Word) -> None:
    persons = {one.party: one.person for one in books.agreements[word.body["agreement"]][-1]["signed"].values()}
    require(word.person not in persons.values(), "26", f"{word.person} signs for two parties")


def _complaint(books: Books, word: Word) -> None:
    """Nobody decides its own cause, nor that of a party whose person it is, nor again what it decided before."""
    filing = _filing(books, word.body["complaint"])
    if word.body.get("outcome") == "withdrawn":
        require(word.party == filing.party, "26", f"{word.party} withdraws the complaint of {filing.party}")
        return
    parties, name = {filing.party, *filing.body["against"]}, filing.body.get("continues")
    while name is not None:
        former = _filing(books, name)
        judges = (one.party for one in books.words if one.stream == former.stream and one is not former)
        parties |= {former.party, *former.body["against"], *judges}
        name = former.body.get("continues")
    for party in parties:
        own = party == word.party or books.serves(word.person, party, word.day)
        require(not own, "26", f"{word.person} of {word.party} decides on a complaint of or against {party}")


def _filing(books: Books, name: str) -> Word:
    return next(one for one in books.words if one.type == "ComplaintFiled" and one.body["complaint"] == name)


def _side(books: Books, word: Word, of: Word) -> bool:
    """Whether a word is of the same party or person as another one, or its person serves that party."""
    person = word.person is not None and word.person == of.person
    return word.party == of.party or person or books.serves(word.person, of.party, word.day)


def _said_of(books: Books, word: Word, type_name: str) -> dict[str, Word]:
    said = (one for one in books.words if one.stream == word.stream and one.type == type_name)
    return {one.body["contest"]: one for one in said}


def _contested(books: Books, word: Word) -> None:
    target = books.by_leaf[word.body["target"]]
    require(not _side(books, word, target), "26", "a contest of one's own entry")
    require(target.type not in ("DeliverableSubmitted", "DeliverableRevised"), "27", "contested by the wrong act")


def _acknowledged(books: Books, word: Word) -> None:
    target = books.by_leaf[word.body["target"]]
    require(not _side(books, word, target), "26", "an acknowledgement of one's own entry")
    contests = _said_of(books, word, "EntryContested")
    for name in word.body.get("withdraws", ()):
        require(contests[name].party == word.party, "27", "withdraws another party's contest")
    if target.type == "AllegationMade" and "withdraws" not in word.body:
        accused = target.body.get("accused", ())
        require(word.party in accused, "17", "acknowledged by who is not accused")


def _answered(books: Books, word: Word) -> None:
    target = books.by_leaf[word.body["target"]]
    contests = _said_of(books, word, "EntryContested")
    for name in word.body.get("answers", ()):
        require(target.party in ("", word.party), "26", "answers for who said it")
        require(not _side(books, word, contests[name]), "26", "answers its own contest")
    if "answers" not in word.body:
        require(target.type == "AllegationMade", "17", "an answer to what accuses nobody")
        require(word.party in target.body.get("accused", (word.party,)), "17", "answered by who is not accused")
        require(not _side(books, word, target), "26", "who accuses answers")


JUDGES = {
    "ActionPlanClosed": _concurring,
    "ActionPlanOpened": _concurring,
    "AgreementSigned": _agreement,
    "AssessmentPublished": _independent,
    "CommitmentAdopted": _scope,
    "ComplaintAdmitted": _complaint,
    "ComplaintResolved": _complaint,
    "CommitmentCarriedIntoPlan": _binding,
    "CommitmentStatusDecided": _binding,
    "ConditionDeclared": _concurring,
    "ConditionSettled": _concurring,
    "ContestOverruled": _overruled,
    "CorrectionRecorded": _corrected,
    "DeadlineMoved": _binding,
    "DecisionSigned": _decided,
    "DeliverableAccepted": _accepted,
    "DeliverableRejected": _judging,
    "DutyAssigned": _concurring,
    "EntryAcknowledged": _acknowledged,
    "EntryContested": _contested,
    "GovernanceBodyEstablished": _concurring,
    "GovernanceRulesAdopted": _concurring,
    "ParticipantAdmitted": _concurring,
    "PartyReturned": _concurring,
    "PartySucceeded": _concurring,
    "ProgressReported": _reported,
    "ResponseGiven": _answered,
    "RoleFilled": _role,
    "ScopeChanged": _scope,
    "StatementPublished": _concurring,
    "VoteCast": _decided,
}


def compare(books: Books, word: Word, document: Json) -> None:
    """Compare the aggregate that an act moved with the books, after it is written down."""
    kind = word.stream.partition("/")[0]
    comparison = COMPARISONS.get(kind)
    if comparison is not None:
        comparison(books, document)


def _seats(books: Books, document: Json) -> None:
    body = document["governance_body"]
    if document["status"] == "succeeded":
        require(body in books.succeeded, "14", f"{body} has ended by nobody's word")
        return
    shown = {one["party"] for one in document["seats"] if one["seated"]}
    require(shown == books.sitting(body), "14", f"{body}: {sorted(shown)} sit, by the words {books.sitting(body)}")
    require(len(document["rules"]) == books.rule_versions[body], "28", f"{body}: rules by fewer, or not by all")


def _decision(books: Books, document: Json) -> None:
    decision = books.decisions[document["decision"]]
    sitting = books.sitting(decision.body)
    given = {party: choice for party, (choice, _person) in decision.votes.items()}
    if document["status"] in ("adopted", "signed"):
        ayes = {party for party, choice in given.items() if choice == "for"}
        require(len(ayes) > 1, "28", f"adopted by {sorted(ayes)}: an abstention adopts nothing")
        if document["decision_rule"] == "unanimity":
            nays = {party for party in decision.voters & sitting if given.get(party) in ("against", "abstain")}
            require(document["status"] == "signed" or not nays, "28", f"adopted without {sorted(nays)}")
    if document["status"] == "signed":
        require(len(decision.signed) > 1, "5", "signed by one alone")
    require(document["rule_version"] == decision.rule_version, "28", "judged by other rules than at its proposal")
    require(len(document["votes"]) >= len(given), "27", "a vote is gone")


def _agreement_document(books: Books, document: Json) -> None:
    for shown, known in zip(document["versions"], books.agreements[document["agreement"]], strict=True):
        whole = set(known["signed"]) == set(known["parties"])
        require((shown.get("in_force_index") is not None) == whole, "6", f"in force, signed by {set(known['signed'])}")


def _commitment(books: Books, document: Json) -> None:
    known = books.scopes[document["commitment"]]
    require([one["scope"] for one in document["scopes"]] == [one.body["scope"] for one in known], "8", "a scope moved")
    said = [one for one in books.words if one.stream == document["stream"]]
    reports = [one.body["level"] for one in said if one.type == "ProgressReported"]
    require([one["level"] for one in document["reports"]] == reports, "10", "a report is overwritten")
    for position, shown in enumerate(document["scopes"]):
        signed = set(books.decisions[shown["decision"]].signed)
        baseline = set(books.decisions[known[0].body["decision"]].signed)
        absent = baseline - signed if position else set()
        require(absent <= set(shown.get("without", ())), "without", f"{sorted(absent)} left out of `without`")


def _deliverable(books: Books, document: Json) -> None:
    said = [one for one in books.words if one.stream == document["stream"]]
    contests = [one for one in said if one.type == "DeliverableContested"]
    require(len(document["contests"]) == len(contests), "27", "a contest is gone")
    if document.get("accepted_version") is None:
        return
    accepted = books.by_leaf[next(one for one in said if one.index == document["accepted_index"]).leaf_hash]
    sides = {one.party for one in said if one.type == "DeliverableAccepted" and one.body == accepted.body}
    require(sides, "26", "accepted by nobody")
    versions = [one for one in said if one.type in ("DeliverableSubmitted", "DeliverableRevised")]
    made = next(one for one in versions if one.body["version"] == accepted.body["version"])
    require(len(sides | {made.party}) > 1, "26", f"accepted by {sorted(sides)} alone")


def _allegation(books: Books, document: Json) -> None:
    require(document["status"] == "asserted", "17", f"an allegation is {document['status']}")


def _entry(books: Books, document: Json) -> None:
    said = [one for one in books.words if one.stream == document["stream"]]
    for type_name, shown in (("EntryContested", "contests"), ("ResponseGiven", "responses")):
        made = sum(one.type == type_name for one in said)
        require(len(document[shown]) == made, "27", f"one of {shown} is gone")
    withdrawn = {name for one in said for name in one.body.get("withdraws", ())}
    shown_as = {one["contest"] for one in document["contests"] if "withdrawn" in one}
    require(shown_as == withdrawn, "27", "withdrawn by nobody's word, or upheld against it")


COMPARISONS = {
    "agreement": _agreement_document,
    "allegation": _allegation,
    "commitment": _commitment,
    "decision": _decision,
    "deliverable": _deliverable,
    "succession": check_end,
    "entry": _entry,
    "governance": _seats,
}


def facts_stay(books: Books, before: Iterable[Json], after: Iterable[Json], at: datetime) -> None:
    """Check that what was true at an instant stays so, and that a late word has both dates."""
    named = {_name(one) for one in after}
    for fact in before:
        if fact["kind"] in ("DeadlineMissed", "GatheringNotHeld"):
            due = read_instant(fact["since"])
            if at - due <= WEEK:
                continue  # a live word may still be dated within the week
        require(_name(fact) in named, "15", f"{fact['kind']} of {fact['stream']} is unmade: {fact}")
    for fact in after:
        if fact["kind"] == "DeadlineMissed" and "claimed_on" in fact["params"]:
            require("recorded_at" in fact["params"], "time", "a late word without the day of its recording")
        if fact["kind"] == "AgreementEnteredIntoForce":
            _in_force(books, fact)


def _name(fact: Json) -> tuple[Any, ...]:
    params = fact["params"]
    told = {one: params[one] for one in ("target", "window", "version", "entry", "without") if one in params}
    since = fact.get("since") if fact["kind"] == "DeadlineMissed" else None
    return fact["kind"], fact["stream"], since, str(sorted(told.items()))


def _in_force(books: Books, fact: Json) -> None:
    version = books.agreements[fact["stream"].partition("/")[2]][fact["params"]["version"] - 1]
    dates = [books.counts(one) for one in (*version["signed"].values(), version["frozen"])]
    earliest = max(one.start for one in dates if one.start is not None)
    since = span(fact["since"]).end
    require(since is None or since >= earliest, "6", f"in force since {fact['since']}, before {earliest}")


def silence(books: Books, facts: Iterable[Json], at: datetime) -> None:
    """Check that every milestone of a baseline that was due and has no word in time is missed, and no other."""
    missed = {
        (one["stream"], one["params"]["target"], one["since"]) for one in facts if one["kind"] == "DeadlineMissed"
    }
    for commitment, versions in books.scopes.items():
        if len(versions) > 1:
            continue
        for one in versions[0].body["scope"]["milestones"] if versions else ():
            due = due_instant(one["window"], books.zone)
            if due is None or due > at or _had_ended(books, commitment, due):
                continue
            words = [
                word
                for word in books.words
                if word.type == "MilestoneCompleted"
                and word.body["commitment"] == commitment
                and word.body["milestone"] == one["milestone"]
            ]
            in_time = any(_in_time(books, word, due) for word in words)
            name = (f"commitment/{commitment}", f"milestone {one['milestone']}", f"{due:%Y-%m-%dT%H:%M:%SZ}")
            require((name in missed) != in_time, "15", f"{name}: missed is {name in missed}, in time is {in_time}")


def _had_ended(books: Books, commitment: str, due: datetime) -> bool:
    """Tell whether a commitment had been withdrawn or closed, by the record, when something of it fell due."""
    ends = (
        one for one in books.words if one.type == "CommitmentStatusDecided" and one.stream.endswith(f"/{commitment}")
    )
    return any(one.body["to"] in ("closed", "withdrawn") and one.day < local_day(due, books.zone) for one in ends)


def _in_time(books: Books, word: Word, due: datetime) -> bool:
    counted = span(word.statement["occurred_on"])
    if counted.start is None or counted.start < word.day - WEEK:  # a claim, whatever it claims
        counted = Span(word.day, word.day)
    return counted.start is None or counted.start < local_day(due, books.zone)
