"""How an accepted act changes the oracle's books: what it must not be, and who sits, signs, speaks after it."""

import base64
import hashlib
from collections.abc import Callable
from datetime import date

from tests.domain.dirty.books import CONCURRING, Appointment, Books, Decision, Key, Word
from tests.domain.dirty.reading import agreed_digest, digest, require


def write(books: Books, word: Word) -> None:
    """Write an accepted word down."""
    books.words.append(word)
    books.by_leaf[word.leaf_hash] = word
    if word.type in CONCURRING:
        books.equal_words(word)[word.party] = word.person
    writer = WRITERS.get(word.type)
    if writer is not None:
        writer(books, word)


def _opened(books: Books, word: Word) -> None:
    books.rules, books.opened = word.body["rules"], word.day
    for one in word.body["founders"]:
        key = hashlib.sha256(base64.b64decode(one["root"]["public_key"])).hexdigest()
        books.founders[one["party"]] = key
        books.keys[key] = Key(party=one["party"], status="active")


def _party(books: Books, word: Word) -> None:
    require(word.body["party"] not in books.parties, "25", f"{word.body['party']} is registered twice")
    books.parties[word.body["party"]] = word.body


def _appointed(books: Books, word: Word) -> None:
    require(word.body["appointment"] not in books.appointments, "25", "an appointment's id is used twice")
    require(word.party == word.body["party"], "3", "a party appoints for another")
    books.appointments[word.body["appointment"]] = Appointment(word.body)


def _unappointed(books: Books, word: Word) -> None:
    books.appointments[word.body["appointment"]].revoked = True


def _key(books: Books, word: Word) -> None:
    require(word.body["key"] not in books.keys, "25", "a key is registered twice")
    books.keys[word.body["key"]] = Key(party=word.party, appointment=word.body.get("appointment"))


def _endorsed(books: Books, word: Word) -> None:
    key, body = books.keys[word.body["key"]], word.body
    require(key.status == "pending", "31", f"a key that is {key.status} is endorsed")
    equal = books.said[word.type, word.stream, agreed_digest(body)]
    equal[word.party] = word.person
    if key.party != word.party:
        rooted = [one for one in books.keys.values() if one.party == key.party and one.appointment is None]
        alive = [one for one in rooted if one.status == "active" and (one.valid_until or word.day) >= word.day]
        require(key.appointment is None and word.party in books.founders and not alive, "31", "another's root")
        others = {one for one in books.founders if one != key.party and _has_root(books, one, word.day)}
        if key.party in books.founders and not others <= equal.keys():
            return
    key.status = "active"
    key.valid_from = date.fromisoformat(body["valid_from"])
    key.valid_until = date.fromisoformat(body["valid_until"]) if "valid_until" in body else None


def _has_root(books: Books, party: str, day: date) -> bool:
    roots = (one for one in books.keys.values() if one.party == party and one.appointment is None)
    return party not in books.gone and any(root.speaks(day) for root in roots)


def _key_ends(status: str) -> Callable[[Books, Word], None]:
    def ends(books: Books, word: Word) -> None:
        key = books.keys[word.body["key"]]
        require(key.party == word.party, "3", f"{word.party} ends a key of {key.party}")
        key.status = status

    return ends


def _founded(books: Books, word: Word) -> None:
    body = word.body
    require(word.party in body["members"], "5", "a body is founded by who is no member")
    if set(books.equal_words(word)) < set(body["members"]):
        return
    before = body.get("predecessor")
    if before is not None:
        # Who sits and can speak is taken along: nobody's seat is ended by others.
        left = books.awaited(before, word.type, word.day) - set(body["members"])
        require(not left, "nobody is bound by others", f"{sorted(left)} lose their seats in {before}")
        books.succeeded[before] = body["governance_body"]
    books.seats[body["governance_body"]] = dict.fromkeys(body["members"], True)


def _rules(books: Books, word: Word) -> None:
    body = word.body["governance_body"]
    require(word.party in books.sitting(body), "14", f"{word.party} without a seat adopts rules")
    if books.awaited(body, word.type, word.day) <= books.equal_words(word).keys():
        books.rule_versions[body] += 1
        require(word.body["version"] == books.rule_versions[body], "28", "rules are not the next version")


def _left(books: Books, word: Word) -> None:
    body = word.body["governance_body"]
    require(word.party == word.body["party"], "14", "a party is withdrawn by another")
    require(word.party in books.sitting(body), "14", "who does not sit withdraws")
    books.seats[body][word.party] = False


def _returned(books: Books, word: Word) -> None:
    body, party = word.body["governance_body"], word.body["party"]
    said = books.equal_words(word)
    if word.party != party:
        require(word.party in books.sitting(body), "14", f"{word.party} without a seat admits {party}")
        require(not books.serves(word.person, party, word.day), "26", f"{word.person} admits its own {party}")
    if {party, *books.awaited(body, word.type, word.day)} <= said.keys():
        books.seats[body][party] = True
        said.clear()


def _assigned(books: Books, word: Word) -> None:
    """With the last word a duty is assigned, and the same words said again are another assignment."""
    said = books.equal_words(word)
    if books.awaited(word.body["governance_body"], word.type, word.day) | {*word.body["bearers"]} <= said.keys():
        said.clear()


def _proposed_decision(books: Books, word: Word) -> None:
    body = word.body["governance_body"]
    require(word.party in books.sitting(body), "14", f"{word.party} without a seat proposes a decision")
    require(word.body["decision"] not in books.decisions, "25", "a decision's id is used twice")
    voters = frozenset(books.sitting(body))
    decision = Decision(word.body, voters, books.rule_versions[body], word.day)
    books.decisions[word.body["decision"]] = decision


def _voted(books: Books, word: Word) -> None:
    decision = books.decisions[word.body["decision"]]
    _may_decide(books, word, decision)
    decision.votes[word.party] = (word.body["choice"], word.person)


def _may_decide(books: Books, word: Word, decision: Decision) -> None:
    sits = word.party in books.sitting(decision.body)
    require(sits, "14", f"{word.type} by {word.party}, which does not sit")
    require(word.party in decision.voters, "29", f"{word.party} had no vote")
    require(word.body.get("digest", digest(decision.said["act"])) == digest(decision.said["act"]), "5", "other bytes")


def _signed_decision(books: Books, word: Word) -> None:
    decision = books.decisions[word.body["decision"]]
    _may_decide(books, word, decision)
    require(decision.votes.get(word.party, ("none", None))[0] == "for", "5", f"{word.party} signs, and was not for it")
    decision.signed.setdefault(word.party, word.person)


def _drafted(books: Books, word: Word) -> None:
    versions = books.agreements[word.body["agreement"]]
    require(word.body["version"] == len(versions) + 1, "7", "a draft is not the next version")
    require(word.party in word.body["parties"], "32", "drafted by who is no party to it")
    if versions:
        stay = set(versions[-1]["parties"]) - versions[-1]["left"]
        require(stay <= set(word.body["parties"]), "32", "a party is left out")
        require(word.party not in versions[-1]["left"], "32", "who has left an agreement drafts it again")
    parties = word.body["parties"]
    versions.append(
        {"digest": digest(word.body["docset"]), "parties": parties, "signed": {}, "frozen": None, "left": set()}
    )


def _left_agreement(books: Books, word: Word) -> None:
    versions = books.agreements[word.body["agreement"]]
    entered = [version for version in versions if set(version["signed"]) == set(version["parties"])]
    require(bool(entered) and word.party in entered[-1]["parties"], "6", f"{word.party} leaves what does not bind it")
    versions[-1]["left"].add(word.party)


def _frozen(books: Books, word: Word) -> None:
    version = books.agreements[word.body["agreement"]][-1]
    require(word.party in version["parties"], "32", "frozen by who is no party to it")
    require(set(word.body["required"]) == set(version["parties"]), "6", "not all its parties are to sign")
    version["frozen"] = word


def _signed(books: Books, word: Word) -> None:
    version = books.agreements[word.body["agreement"]][-1]
    require(version["frozen"] is not None, "7", "signed before it was frozen")
    require(word.body["docset"] == version["digest"], "7", "another text is signed")
    require(word.party in version["parties"] and word.party not in version["signed"], "6", f"{word.party} signs")
    version["signed"][word.party] = word


def _scope(books: Books, word: Word) -> None:
    books.scopes[word.body["commitment"]].append(word)


def _proposal(books: Books, word: Word) -> None:
    books.proposals[word.body["commitment"]] = word


def _delivery(books: Books, word: Word) -> None:
    of = books.deliveries[word.body["commitment"], word.body["deliverable"]]
    require(word.body["version"] == len(of) + 1, "27", "a version is overwritten")
    of.append(word)


def _gathered(books: Books, word: Word) -> None:
    earlier = [one for one in books.words[:-1] if one.type == word.type and one.stream == word.stream]
    require(not earlier, "25", "a gathering is held twice")


def _contributed(books: Books, word: Word) -> None:
    name = word.body["contribution"]
    earlier = [one.body for one in books.words[:-1] if one.type == word.type and one.stream == word.stream]
    require(all(one["contribution"] != name for one in earlier), "25", "a contribution's id is used twice")


def _answered(books: Books, word: Word) -> None:
    proposals = (one for one in books.words if one.type == "CommitmentProposed")
    for one in proposals:
        if one.body["commitment"] == word.body.get("commitment"):
            require(one.party != word.party and one.person != word.person, "26", "who proposed answers itself")
    came = {one.body["contribution"] for one in books.words if one.type == "ContributionReceived"}
    named = {name for theme in word.body["themes"] for name in theme.get("contributions", ())}
    require(named <= came, "16", "an answer names what nobody contributed")


WRITERS: dict[str, Callable[[Books, Word], None]] = {
    "AgreementDrafted": _drafted,
    "AgreementPartyWithdrew": _left_agreement,
    "AgreementSigned": _signed,
    "AgreementTextFrozen": _frozen,
    "CommitmentAdopted": _scope,
    "CommitmentProposed": _proposal,
    "ContributionReceived": _contributed,
    "DecisionProposed": _proposed_decision,
    "DecisionSigned": _signed_decision,
    "DeliverableRevised": _delivery,
    "DeliverableSubmitted": _delivery,
    "DutyAssigned": _assigned,
    "GatheringHeld": _gathered,
    "GovernanceBodyEstablished": _founded,
    "GovernanceRulesAdopted": _rules,
    "KeyCompromised": _key_ends("compromised"),
    "KeyEndorsed": _endorsed,
    "KeyRegistered": _key,
    "KeyRevoked": _key_ends("revoked"),
    "KeyRotated": _key_ends("retired"),
    "LedgerOpened": _opened,
    "PartyRegistered": _party,
    "PartyReturned": _returned,
    "PartyWithdrew": _left,
    "ReasonedResponsePublished": _answered,
    "RepresentativeAppointed": _appointed,
    "RepresentativeRevoked": _unappointed,
    "ScopeChanged": _scope,
    "VoteCast": _voted,
}
