"""More logs for both verifiers: authorship rule by rule (SPEC §7), witnesses, what is pinned."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.dishonest import altered, backdated, truncated
from tests.e2e.page_cases import Case, Shown, add, bundle, true
from tests.verify.small_ledger import PARTIES, SCOPE, Key, Log, LogKey, Witness, Writer, write

from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import NoteSignature, format_vkey

REPORT = {"commitment": "rm", "narrative": {"es": "según acta"}}
DIGEST = "sha256:" + "0" * 64


def genesis_alone(folder: Path) -> Shown:
    """A log of one entry, of which both bytes of the length are characters: CR and a space."""
    writer = Writer()
    writer.open()
    short = len(writer.entries[0])
    writer = Writer()
    writer.open("L" * (0x0D20 - short + len("Pequeño libro".encode())))
    log = writer.log()
    assert log.entries[0][-1:] == b"}"
    assert len(log.entries[0]).to_bytes(2) == b"\r "
    return bundle(log, folder)


add("genesis alone, with a length that reads as text", None, genesis_alone)

# Authorship, rule by rule


def act(writer: Writer, **changes: Any) -> int:
    return writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT, **changes)


def rule(name: str, code: str | None, play: Callable[[Writer], object], *, founded: bool = True) -> None:
    def case(folder: Path) -> Shown:
        writer = Writer()
        if founded:
            writer.found()
        play(writer)
        return bundle(writer.log(documents=()), folder)

    add(f"rule {name}", code, case)


def fresh(writer: Writer, party: str = "sfp", **endorsed: Any) -> Key:
    """Register and endorse a second key."""
    key = Key("fresh")
    writer.register(party, key)
    writer.endorse(party, key, **endorsed)
    return key


def about_key(writer: Writer, kind: str, body: dict[str, Any], by: str = "root") -> Writer:
    key = writer.people["sfp"].key_id
    record = writer.as_root if by == "root" else writer.as_person
    record("sfp", kind, f"key/{key}", body | {"key": key})
    return writer


def left(writer: Writer) -> Writer:
    body = {"effective": "2017-05", "governance_body": "stt", "grounds": {"es": "…"}, "party": "nosc"}
    writer.as_root("nosc", "PartyWithdrew", "governance/stt", body)
    return writer


def returned(writer: Writer, *others: str) -> Writer:
    body = {"conditions": {"es": "…"}, "effective": "2019-03-01", "governance_body": "stt", "party": "nosc"}
    writer.as_root("nosc", "PartyReturned", "governance/stt", body)
    for party in others:
        writer.as_person(party, "PartyReturned", "governance/stt", body)
    return writer


def vote(writer: Writer, party: str = "nosc") -> int:
    body = {"choice": "for", "decision": "d-1", "digest": DIGEST}
    return writer.as_person(party, "VoteCast", "decision/d-1", body)


def appointed(writer: Writer, **changes: Any) -> Writer:
    writer.open()
    writer.appoint("sfp", **changes)
    writer.register("sfp")
    writer.endorse("sfp")
    return writer


def new_root(writer: Writer) -> Key:
    key = Key("root of academia")
    body = {"key": key.key_id, "party": "academia", **key.material}
    statement = writer.draft("KeyRegistered", f"key/{key.key_id}", body, {"capacity": "root", "party": "academia"})
    writer.record(statement, key.sign(statement))
    return key


def reaffirmed(writer: Writer, verdict: str) -> None:
    writer.now = writer.now.replace(day=5)
    target = writer.tree.leaf(act(writer)).hex()
    key = writer.people["sfp"].key_id
    about_key(writer, "KeyCompromised", {"compromised_since": "2019-03-04"})
    body = {"key": key, "target": target, "verdict": verdict}
    writer.as_person("sfp", "SignatureReaffirmed", f"key/{key}", body, key=fresh(writer))


def two_signatures(writer: Writer) -> None:
    statement = writer.draft("ProgressReported", "commitment/rm", REPORT, writer.actor("sfp"))
    writer.record(statement, *(writer.people[party].sign(statement) for party in PARTIES[:2]))


def founder_short(writer: Writer) -> None:
    other = Writer()
    other.open()
    entry = parse_entry(other.entries[0])
    writer.record(entry.statement.raw, *entry.signatures[:2])


def late(writer: Writer, seconds: int) -> None:
    recorded = writer.now + timedelta(seconds=7)
    act(writer, signed_at=(recorded + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"))


def pending(writer: Writer) -> None:
    writer.register("sfp", Key("new"))
    act(writer, key=Key("new"))


def at_night(writer: Writer, *, hour: int, minute: int) -> None:
    """An act at an hour (UTC) of 2 March, by a key that is good until 1 March."""
    key = fresh(writer, valid_until="2019-03-01")
    writer.now = writer.now.replace(day=2, hour=hour, minute=minute)
    act(writer, key=key)


def dismissed(writer: Writer) -> None:
    body = {"appointment": "ap-sfp", "reason": {"es": "x"}}
    writer.as_root("sfp", "RepresentativeRevoked", "appointment/ap-sfp", body)
    act(writer)


def endorsed_by_stranger(writer: Writer) -> None:
    key = Key("new")
    writer.register("nosc", key)
    writer.as_root("sfp", "KeyEndorsed", f"key/{key.key_id}", {"key": key.key_id, "valid_from": "2019-01-01"})


def endorsed_by_representative(writer: Writer) -> None:
    key = Key("new")
    appointed(writer, scope=[*SCOPE, "KeyEndorsed"]).register("sfp", key)
    writer.as_person("sfp", "KeyEndorsed", f"key/{key.key_id}", {"key": key.key_id, "valid_from": "2019-01-01"})


def joined_by_new_root(writer: Writer) -> None:
    key = new_root(writer)
    writer.as_root("inai", "KeyEndorsed", f"key/{key.key_id}", {"key": key.key_id, "valid_from": "2019-01-01"})
    body = {"organization": "unam", "party": "academia", "since": "2019"}
    writer.as_root("academia", "MemberOrganizationJoined", "party/academia", body, key=key)


OTHER_AP = {
    "appointment": "ap-2", "capacity": "head", "name": "x", "party": "nosc", "person": "p-2", "post": {"es": "x"},
    "scope": SCOPE, "valid_from": "2019-01-01",
}  # fmt: skip
rule("1 two signatures", "signature-count", two_signatures)
rule("1 founder missing", "signature-count", founder_short, founded=False)
rule("newer act of a root", None, lambda w: w.as_root("sfp", "PartyMerged", "party/sfp", {}))
rule("newer act of a representative", None, lambda w: w.as_person("sfp", "MilestoneSuspended", "agreement/a", {}))
rule("newer schema", None, lambda w: w.as_root("sfp", "RepresentativeAppointed", "appointment/x", {}, schema=99))
rule("newer act, unknown key", "newer-act", lambda w: w.as_person("sfp", "PartyMerged", "party/sfp", {}, key=Key("x")))
rule("2 unknown key", "key-unknown", lambda w: act(w, key=Key("stranger")))
rule("2 key revoked", "key-state", lambda w: act(about_key(w, "KeyRevoked", {"reason": "lost"})))
rule("2 key compromised", "key-state", lambda w: act(about_key(w, "KeyCompromised", {"compromised_since": "2019-04"})))
rule("2 key rotated", "key-state", lambda w: act(about_key(w, "KeyRotated", {"new_key": "0" * 64}, "person")))
rule("2 key pending", "key-state", pending)
rule("2 day after the endorsement", "key-period", lambda w: act(w, key=fresh(w, valid_until="2019-02-28")))
rule("2 day in the ledger's zone", None, lambda w: at_night(w, hour=5, minute=50))
rule("2 next day in the ledger's zone", "key-period", lambda w: at_night(w, hour=6, minute=0))
rule("2 registered twice", "directory", lambda w: w.register("sfp"))
rule("2 endorsed twice", "directory", lambda w: w.endorse("sfp"))
rule("3 actor of another party", "actor", lambda w: act(w, actor=w.actor("nosc")))
rule("3 other person", "actor", lambda w: act(w, actor=w.actor("sfp") | {"person": "another"}))
rule("4 appointment revoked", "appointment", dismissed)
rule("4 appointment ended", "appointment", lambda w: act(appointed(w, valid_until="2019-02-28")), founded=False)
rule("4 appointment to come", "appointment", lambda w: act(appointed(w, valid_from="2019-03-02")), founded=False)
rule("4 outside the scope", "scope", lambda w: w.as_person("sfp", "CommitmentAdopted", "commitment/rm", REPORT))
rule(
    "4 type of the future",
    None,
    lambda w: appointed(w, scope=["TypeOfTheFuture"]).as_person("sfp", "TypeOfTheFuture", "future/f", {"a": 1}),
    founded=False,
)
rule("4 appointment twice", "directory", lambda w: w.appoint("sfp"))
rule("5 root's ordinary act", "root-act", lambda w: w.as_root("sfp", "ProgressReported", "commitment/rm", REPORT))
rule(
    "5 root for another party",
    "authority",
    lambda w: w.as_root("sfp", "RepresentativeAppointed", "appointment/ap-2", OTHER_AP),
)
rule("5 root endorses another's key", "authority", endorsed_by_stranger)
rule("5 founder endorses a new root", None, joined_by_new_root)
rule("5 key revokes itself", None, lambda w: about_key(w, "KeyRevoked", {"reason": "lost"}, "person"))
rule("5 representative endorses", "root-act", endorsed_by_representative, founded=False)
rule("6 vote after leaving", "seat", lambda w: vote(left(w)))
rule("6 vote while returning", "seat", lambda w: vote(returned(left(w), "inai")))
rule("6 vote after returning", None, lambda w: vote(returned(left(w), "inai", "sfp")))
rule("6 vote without a body", "seat", lambda w: vote(appointed(w), "sfp"), founded=False)
rule("7 another ledger", "ledger", lambda w: act(w, ledger="example.org/other"))
rule("7 id twice", "statement-id", lambda w: [act(w, id="00000000-0000-4000-8000-000000000001") for _ in range(2)])
rule("7 signed 300 s late", None, lambda w: late(w, 300))
rule("7 signed 301 s late", "signed-at", lambda w: late(w, 301))
rule(
    "8 compromised since", None, lambda w: (act(w), about_key(w, "KeyCompromised", {"compromised_since": "2019-03-01"}))
)
rule("8 affirmed", None, lambda w: reaffirmed(w, "affirmed"))
rule("8 disowned", None, lambda w: reaffirmed(w, "disowned"))
rule("0 opened twice", "directory", lambda w: w.open())
rule("0 not opened", "directory", act, founded=False)
rule("0 unknown time zone", None, lambda w: _open_in(w, "Mars/Olympus"), founded=False)


def _open_in(writer: Writer, zone: str) -> None:
    other = Writer()
    other.open()
    statement = json.loads(other.entries[0])["statement"]
    statement["body"]["timezone"] = zone
    raw = canonical(statement)
    writer.record(raw, *(writer.roots[party].sign(raw) for party in PARTIES))


# Witnesses


def witnessed(name: str, code: str | None, present: int, quorum: int, spoil: bool = False) -> None:
    witnesses = (Witness("a"), Witness("b"))

    def edit(folder: Path) -> None:
        head, tail = (folder / "checkpoint").read_bytes().rsplit(b" ", 1)
        data = bytearray(base64.b64decode(tail))
        data[-1] ^= spoil
        write(folder / "checkpoint", head + b" " + base64.b64encode(bytes(data)) + b"\n")

    def case(folder: Path) -> Shown:
        log = replace(true(), witnesses=witnesses[:present])
        return bundle(log, folder, replace(true(), witnesses=witnesses), edit, quorum=quorum)

    add(f"witnesses: {name}", code, case)


witnessed("both", None, 2, 2)
witnessed("one of two", None, 1, 1)
witnessed("one of two needed", None, 1, 2)
witnessed("one that fails", "checkpoint", 2, 1, spoil=True)


def two_logs(folder: Path) -> Shown:
    """A policy with two logs: the one that the bundle claims counts."""
    shown = bundle(true(), folder)
    assert shown.trust is not None
    other = format_vkey(LogKey("other", "example.org/other").verifier)
    write(shown.trust / "policy", f"log {other}\n".encode() + (shown.trust / "policy").read_bytes())
    return shown


add("policy: two logs", None, two_logs)
add("trust: none", None, lambda folder: replace(bundle(true(), folder), trust=None))
add(
    "trust: none, altered",
    "signature",
    lambda folder: replace(bundle(altered(true(), 20, true().entries[20].replace(b"El", b"Un")), folder), trust=None),
)
add("trust: no genesis", None, lambda folder: bundle(true(), folder, genesis=False))


def pinned_key(folder: Path) -> Shown:
    """A policy with another log key of the same name than entry 0 gives."""
    shown = bundle(true(), folder)
    assert shown.trust is not None
    other = format_vkey(LogKey("another").verifier)
    write(shown.trust / "policy", f"log {other}\nquorum none\n".encode())
    return shown


add("trust: another log key", "other-log-key", pinned_key)


def by_a_stranger(name: str, code: str, make: Callable[[Log], Log], **trust: Any) -> None:
    """A log that somebody else signed under its name is not accepted, and what contradicts it is said all the same."""

    def case(folder: Path) -> Shown:
        return bundle(replace(make(true()), signer=LogKey("stranger")), folder, true(), **trust)

    add(f"by a stranger: {name}", code, case)


by_a_stranger("altered", "signature", lambda log: altered(log, 20, log.entries[20].replace(b"El", b"Un")))
by_a_stranger("another beginning", "genesis", lambda _: Writer(name="another").found().report(30).log())
by_a_stranger("cut off", "rollback", lambda log: truncated(log, 22), kept=30)
by_a_stranger("end rewritten", "fork", lambda log: backdated(log, 29, "2019-03-01T18:59:59.000Z"), kept=30)
by_a_stranger("cut off, nothing kept", "other-log-key", lambda log: truncated(log, 22))


def dated_after_cosignature(folder: Path) -> Shown:
    """The last entry says a week more than the witness who cosigned it."""
    log = backdated(true(), true().size - 1, "2019-03-08T12:00:00.000Z")
    return bundle(replace(log, witnesses=(Witness("a"),)), folder, quorum=1)


add("witnesses: the last entry is dated after", None, dated_after_cosignature)


class OddClock(Witness):
    """A witness whose clock gives what no cosignature may have (C2SP tlog-cosignature)."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(name)
        self.seconds = seconds

    def line(self, text: str, time: int = 0) -> NoteSignature:
        return super().line(text, time or self.seconds)


def cosigned_at(seconds: int) -> Case:
    return lambda folder: bundle(replace(true(), witnesses=(OddClock("a", seconds),)), folder, quorum=1)


add("witnesses: a time of 0", "checkpoint", cosigned_at(0))
add("witnesses: the greatest time", None, cosigned_at(2**63 - 1))
add("witnesses: a time above", "checkpoint", cosigned_at(2**63))

# Withdrawn documents (SPEC §7): the file is absent, and what the entries say decides what that means

CANCELS = ["CancellationDecided", "ProgressReported"]


def cancelled(*said: tuple[str, str]) -> Callable[[Writer], object]:
    """A cited document, decisions on it by the cancellation's name, and `("", "cited")` for one more citation."""

    def play(writer: Writer) -> None:
        party = PARTIES[0]
        writer.open()
        writer.appoint(party, scope=CANCELS)
        writer.register(party)
        writer.endorse(party)
        writer.report(1)
        cited = json.loads(writer.log().entries[-1])["statement"]["body"]
        for name, to in said:
            if to == "cited":
                writer.as_person(party, "ProgressReported", "commitment/rm", cited | {"period": "2020"})
            else:
                body = {"cancellation": name, "documents": [cited["document"]["sha256"]], "to": to}
                writer.as_person(party, "CancellationDecided", f"cancellation/{name}", body, schema=3)

    return play


for _name, _code, _said in (
    ("missing", "documents-missing", ()),
    ("blocked", None, (("x1", "blocked"),)),
    ("destroyed", None, (("x1", "blocked"), ("x1", "destroyed"))),
    ("denied", "documents-missing", (("x1", "denied"),)),
    ("given back", "documents-missing", (("x1", "blocked"), ("x1", "denied"))),
    ("denied to another", None, (("x1", "blocked"), ("x2", "denied"))),
    ("withdrawn twice, given back once", None, (("x1", "blocked"), ("x2", "blocked"), ("x1", "denied"))),
    ("cited again", "documents-missing", (("x1", "blocked"), ("", "cited"))),
    ("cited again and withdrawn again", None, (("x1", "blocked"), ("", "cited"), ("x2", "blocked"))),
):
    rule(f"document {_name}", _code, cancelled(*_said), founded=False)
