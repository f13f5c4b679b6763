"""The part of who opens a ledger: invite, take in the parties' files, draft the genesis, open with all signatures.

The folder has, besides what a ledger's folder has: `opening.json` (the invitation), `received/` (the parties' files and
signatures), `genesis.statement.json`, and `genesis.json`, which goes to the parties.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from constancia.api.cli.log_key import LogKeyOptions
from constancia.api.cli.opening.plan import ask_plan, invitation_from, read_plan
from constancia.api.cli.prompts import is_terminal
from constancia.api.cli.terminal import fail, language, message, now, say

if TYPE_CHECKING:
    from constancia.ledger.folder import LedgerFolder
    from constancia.ledger.opening.genesis_file import Opening
    from constancia.ledger.opening.invitation import Invitation
    from constancia.ledger.submission import SignedStatement
    from constancia.verify.core.formats.statement import Statement

INVITATION: Final = "opening.json"
GENESIS: Final = "genesis.json"
DRAFT: Final = "genesis.statement.json"
RECEIVED: Final = "received"


def invite(folder: Path, plan_file: Path | None) -> None:
    """Make the invitation, from a file or from questions, and say who goes on."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.folder import LedgerFolder
    from constancia.ledger.opening.invitation import write_invitation

    if LedgerFolder(folder).log_key.exists():  # of a genesis that was drafted another way: it is never replaced
        raise fail(message("opening.has_key", folder=folder))
    if plan_file is not None:
        plan, base = read_plan(plan_file), plan_file.parent
    elif is_terminal():
        plan, base = ask_plan(folder), Path()
    else:
        raise fail(message("opening.no_terminal", folder=folder))
    invitation = invitation_from(plan, base)
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / INVITATION, write_invitation(invitation))
    say_invitation(invitation)
    _say_invite(folder, invitation)


def go_on(folder: Path, files: Sequence[Path], given: LogKeyOptions) -> None:
    """Take files in, and do what they suffice for; say what is missing, and whose turn it is."""
    from constancia.ledger.folder import LedgerFolder

    invitation = read_kept_invitation(folder)
    for path in files:
        _take_in(folder, invitation, path)
    places = LedgerFolder(folder)
    parties = _received(folder, invitation, ".party.json")
    signed = _received(folder, invitation, ".signed.json")
    if not (folder / GENESIS).exists():
        missing = _names(invitation, parties)
        if missing:
            _say_invite(folder, invitation)
            say(message("opening.waits_party", parties=missing))
            return
        _draft(places, invitation, parties, given)
    missing = _names(invitation, signed)
    if missing:
        say(message("opening.send_genesis", path=folder / GENESIS, parties=missing))
        _say_each(folder, missing, GENESIS)
        say(message("opening.waits_signed", parties=missing, folder=folder))
        return
    _open(places, invitation, list(signed.values()), given)


def read_kept_invitation(folder: Path) -> "Invitation":
    """Read the invitation that a folder has."""
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.ledger.opening.invitation import read_invitation
    from constancia.verify.sources.files import read_named

    return read_invitation(read_named(folder / INVITATION, MAX_BYTES))


def say_invitation(invitation: "Invitation") -> None:
    """Print what the invitation says, and its fingerprint, which the parties compare by another way."""
    from constancia.api.text.i18n import in_language

    lang, languages = language(), invitation.languages

    def words(text: object) -> str:
        return in_language(text, lang, languages)

    say(
        message(
            "opening.about",
            name=words(invitation.name),
            origin=invitation.origin,
            address=invitation.address,
            zone=invitation.timezone,
            parties="; ".join(
                f"{short_name(invitation, item.party)} — {words(item.legal_name)}" for item in invitation.parties
            ),
            committee=words(invitation.committee.name),
            mandate=words(invitation.committee.mandate),
            rules=rules_in_words(invitation),
            agreement=words(invitation.agreement.title),
            documents=", ".join(f"{item['lang']} {groups(item['sha256'])}" for item in invitation.documents()),
            fingerprint=groups(invitation.digest),
        )
    )


def rules_in_words(invitation: "Invitation") -> str:
    """Say how the committee decides, and the further rules as data, where there are any."""
    rules = invitation.committee.rules
    rule = rules.get("decision_rule")
    by_majority = rule is not None and rule.value == "majority"
    others = (f"{name} = {rules[name].value}" for name in sorted(rules) if name != "decision_rule")
    return ", ".join([message("opening.rule_majority" if by_majority else "opening.rule_unanimity"), *others])


def groups(digest: str) -> str:
    """Give the first 32 digits of a fingerprint in groups of four, as it is read out on the telephone."""
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))


def short_name(invitation: "Invitation", party: str) -> str:
    """Give a party's acronym, else its id."""
    invited = invitation.party(party)
    return str(invited.acronym if invited and invited.acronym else party)


def _names(invitation: "Invitation", there: Mapping[str, bytes]) -> str:
    """Give the parties of which something is missing."""
    return ", ".join(
        short_name(invitation, invited.party) for invited in invitation.parties if invited.party not in there
    )


def _say_invite(folder: Path, invitation: "Invitation") -> None:
    names = _names(invitation, {})
    say(message("opening.send_invitation", path=folder / INVITATION, parties=names))
    _say_each(folder, names, INVITATION)
    say(message("opening.then_parties", folder=folder))


def _say_each(folder: Path, names: str, file: str) -> None:
    """Print the command of each party."""
    from constancia.api.cli.opening.answers import identifier_of

    del folder
    for name in names.split(", "):
        say(message("opening.party_command", party=name, folder=identifier_of(name), file=file))


def _received(folder: Path, invitation: "Invitation", ending: str) -> dict[str, bytes]:
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.verify.sources.files import read_file

    read = {
        str(item.party): read_file(folder / RECEIVED / f"{item.party}{ending}", MAX_BYTES)
        for item in invitation.parties
    }
    return {party: raw for party, raw in read.items() if raw is not None}


def _take_in(folder: Path, invitation: "Invitation", path: Path) -> None:
    """Check one file, and keep it under its party's name."""
    from constancia.ledger.opening.exchange_file import MAX_BYTES, kind_of
    from constancia.ledger.opening.party_file import KIND, read_party_file
    from constancia.verify.sources.files import read_named

    raw = read_named(path, MAX_BYTES)
    kind = kind_of(raw)
    if kind == KIND:
        offered = read_party_file(raw, invitation)
        _keep(folder / RECEIVED / f"{offered.party}.party.json", raw, path, is_fixed=(folder / GENESIS).exists())
        name = short_name(invitation, offered.party)
        say(message("opening.took_party", party=name, path=path, root=groups(offered.root.key_id)))
    elif kind == "signed" and (folder / GENESIS).exists():
        party = _check_signature(folder, raw, path)
        _keep(folder / RECEIVED / f"{party}.signed.json", raw, path, is_fixed=True)
        say(message("opening.took_signed", party=short_name(invitation, party), path=path))
    else:
        raise fail(message("opening.not_for_host", path=path, kind=kind or "?"))


def _keep(target: Path, raw: bytes, source: Path, *, is_fixed: bool) -> None:
    """Keep a file that was received; another one for the same party is refused once the genesis rests on the first."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.verify.sources.files import read_file

    before = read_file(target, MAX_BYTES)
    if before is not None and before.split() != raw.split() and (is_fixed or _root_of(before) != _root_of(raw)):
        raise fail(message("opening.two_files", path=source, kept=target))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, raw)


def _root_of(raw: bytes) -> object:
    import json

    return json.loads(raw.decode("utf-8-sig")).get("root")


def _check_signature(folder: Path, raw: bytes, path: Path) -> str:
    """Check a signed genesis: the very one that was drafted, signed with a founder's root. Give the founder."""
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.ledger.opening.genesis_file import read_genesis
    from constancia.verify.sources.files import read_named

    opening, statement = read_genesis(read_named(folder / GENESIS, MAX_BYTES))
    return signer_of(parse_signed_file(raw), opening, statement, path, folder / GENESIS)


def parse_signed_file(raw: bytes) -> "SignedStatement":
    """Read a signed statement that came by mail: white space at its end is nothing."""
    from constancia.ledger.submission import parse_signed

    return parse_signed(raw.strip())


def signer_of(signed: "SignedStatement", opening: "Opening", statement: "Statement", path: Path, genesis: Path) -> str:
    """Give the founder who signed the genesis.

    Raises:
        Exit: It is another statement, or its signature is by no founder's root.
    """
    from constancia.domain.identity.key_material import spki_of
    from constancia.verify.core.formats.dsse import signed_bytes
    from constancia.verify.core.formats.signatures import load_public_key, verify_signature

    if signed.statement.raw != statement.raw:
        raise fail(message("init.other", path=path, draft=genesis))
    for offered in opening.files():
        root = load_public_key(offered.root.scheme, spki_of(offered.root.public_key))
        for signature in signed.signatures:
            if signature.key == root.key_id and verify_signature(root, signature, signed_bytes(statement.raw)):
                return str(offered.party)
    raise fail(message("opening.no_signature", path=path))


def _draft(
    places: "LedgerFolder", invitation: "Invitation", parties: Mapping[str, bytes], given: LogKeyOptions
) -> None:
    """Make the log's key and draft the genesis; where it was cut short, it is done over."""
    from constancia.domain.values.calendar import format_instant, local_day
    from constancia.ledger.disk.documents import Documents
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.disk.file_store import FolderFiles
    from constancia.ledger.opening.genesis_file import opening_of, write_genesis
    from constancia.ledger.signatory.draft import Occasion

    say(message("opening.log_key"))
    access = given.within(places.path, is_demonstration=False)
    signer = access.make(places, invitation.origin, forget=True)
    keys = [key for key in (signer.vkey, signer.cosigner_vkey) if key is not None]
    opening = opening_of(invitation, parties, keys)
    instant = now()
    occurred = local_day(instant, invitation.timezone).isoformat()
    statement = opening.draft(Occasion(occurred_on=occurred, signed_at=format_instant(instant)))
    Documents(FolderFiles(places.documents)).put(opening.charter.encode())
    write_file(places.path / DRAFT, statement)
    write_file(places.path / GENESIS, write_genesis(opening, statement))


def _open(places: "LedgerFolder", invitation: "Invitation", signed: Sequence[bytes], given: LogKeyOptions) -> None:
    """Record the genesis with all signatures, and write the trust folder with the witnesses' policy."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.ledger.opening.genesis_file import read_genesis
    from constancia.verify.sources.files import read_named

    opening, statement = read_genesis(read_named(places.path / GENESIS, MAX_BYTES))
    if not places.policy.exists():
        write_file(places.policy, opening.policy.encode())
    leaf = record_genesis(places, statement, [parse_signed_file(raw) for raw in signed], given)
    say(message("opening.opened", leaf=leaf, folder=places.path, address=invitation.address))


def record_genesis(
    places: "LedgerFolder", statement: "Statement", signed: Sequence["SignedStatement"], given: LogKeyOptions
) -> str:
    """Open the ledger with its genesis.

    Args:
        places: The folder.
        statement: The genesis.
        signed: The same statement with the signatures of all founders.
        given: What the user said of the log's key.

    Returns:
        The leaf hash of entry 0, in hex.

    Raises:
        Exit: A founder's signature is missing.
    """
    from constancia.domain.identity.key_material import key_id_of
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.disk.database import is_half_made
    from constancia.ledger.folder import peek
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.submission import SignedStatement

    by_key = {str(signature.key): signature for other in signed for signature in other.signatures}
    expected = {founder["party"]: key_id_of(founder["root"]["public_key"]) for founder in statement.body["founders"]}
    absent = [party for party, key in expected.items() if key not in by_key]
    if absent:
        raise fail(message("init.missing", parties=", ".join(absent)))
    is_demonstration = statement.body.get("demonstration") is True
    signer = given.within(places.path, is_demonstration=is_demonstration).load(places, statement.ledger)
    # Where the genesis was recorded and the rest was cut short, the same bytes get the same entry.
    create = not places.has_store or is_half_made(places.store) or not peek(places.path).size
    with Ledger.open(places.path, clock=SystemClock(), signer=signer, origin=statement.ledger, create=create) as ledger:
        genesis = SignedStatement(statement=statement, signatures=tuple(by_key[key] for key in expected.values()))
        entry = ledger.append(genesis).entry
        ledger.publish()
    return entry.leaf_hash.hex()
