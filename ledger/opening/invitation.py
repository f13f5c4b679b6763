"""The invitation: what a ledger is to be, and what its parties are to sign first; from who opens it to each party.

Everything that follows names it by the SHA-256 of its canonical bytes, so that what belongs to another opening, or to
an altered invitation, is found when it is read.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NoReturn

from constancia.domain.catalogue import UnknownAct, parse_act
from constancia.domain.identity.role import is_reserved
from constancia.domain.identity.vocabulary import NamedCapacity, NamedKind, PartyKind
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.languages import tag_of
from constancia.domain.values.values import (
    FormError,
    Identifier,
    Json,
    Label,
    LanguageTag,
    Rule,
    Text,
    Value,
    digest,
)
from constancia.ledger.errors import LedgerError
from constancia.ledger.opening.exchange_file import MARK, MAX_BYTES, read_object
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.note import is_key_name

KIND: Final = "opening/1"
MEDIA_TYPE: Final = "text/markdown"
# Names that a trust policy has of its own.
_POLICY_NAMES: Final = frozenset({"log", "none", "parties", "strict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedParty(Value):
    """A party that is to found the ledger."""

    kind: PartyKind
    legal_name: Text
    party: Identifier
    acronym: Label | None = None

    def check_form(self, where: str) -> None:
        """Its name is no role's, nor one that a policy has of its own."""
        if is_reserved(self.party) or self.party in _POLICY_NAMES or self.party.endswith("-mldsa44"):
            raise FormError(f"{where}.party", "an identifier that is no reserved word", self.party)


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee(Value):
    """The body in which the parties decide, and its first rules."""

    governance_body: Identifier
    mandate: Text
    name: Text
    rules: dict[str, Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAgreement(Value):
    """The agreement that the parties sign first; `texts` has the document in each language."""

    agreement: Identifier
    texts: Json
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Value):
    """What who opens a ledger proposes to its parties."""

    SORTED: ClassVar = {"capacities": "capacity", "languages": "", "parties": "party", "party_kinds": "kind"}

    address: Label
    agreement: FirstAgreement
    committee: Committee
    languages: tuple[LanguageTag, ...]
    name: Text
    origin: Label
    parties: tuple[InvitedParty, ...]
    rules: dict[str, Rule]
    timezone: Label
    capacities: tuple[NamedCapacity, ...] | None = None
    charter: Json | None = None  # {"text": …}
    demonstration: bool | None = None
    party_kinds: tuple[NamedKind, ...] | None = None

    def check_form(self, where: str) -> None:
        """There are two parties at least; the origin can name a log; every text is a document in a known language."""
        if len(self.parties) < 2:
            raise FormError(f"{where}.parties", "two parties at least", len(self.parties))
        if not is_key_name(self.origin):
            raise FormError(f"{where}.origin", "a name without spaces or plus signs", self.origin)
        if not self.address.startswith(("http://", "https://")):
            raise FormError(f"{where}.address", "an http or https address", self.address)
        named = [self.name, self.agreement.title, self.committee.name, self.committee.mandate]
        for text in (*named, *(invited.legal_name for invited in self.parties)):
            if not set(self.languages) <= set(text.languages):
                raise FormError(where, f"every text in {', '.join(self.languages)}", sorted(text.languages))
        texts = {tag_of(name): text for name, text in self.agreement.texts.items()}
        if self.languages[0] not in texts or not all(
            lang and type(text) is str and text for lang, text in texts.items()
        ):
            expected = f"a text in {self.languages[0]} at least"
            raise FormError(f"{where}.agreement.texts", expected, sorted(self.agreement.texts))
        if self.charter is not None and (self.charter.keys() != {"text"} or type(self.charter["text"]) is not str):
            raise FormError(f"{where}.charter", "an object with the member text", sorted(self.charter))

    @property
    def digest(self) -> str:
        """Lower-case hex SHA-256 of the canonical bytes: what names this opening."""
        return hashlib.sha256(canonical(self.to_json())).hexdigest()

    def party(self, name: str) -> InvitedParty | None:
        """Give a party by its id."""
        return next((invited for invited in self.parties if invited.party == name), None)

    def documents(self) -> tuple[dict[str, Any], ...]:
        """Give the agreement's documents as acts cite them, by language."""
        title = self.agreement.title.to_json()
        return tuple(document_of(text, title, tag_of(name)) for name, text in sorted(self.agreement.texts.items()))

    @property
    def docset(self) -> dict[str, Any]:
        """The agreement's text in all its languages, as acts name it; the first authentic language prevails."""
        return {"authentic": self.languages[0], "documents": list(self.documents())}

    def body_of(self, type_name: str, party: str) -> dict[str, Any]:
        """Give the body of an act that a party says in the opening.

        Args:
            type_name: One of `PartyRegistered`, `GovernanceBodyEstablished`, `GovernanceRulesAdopted`,
                `AgreementDrafted`, `AgreementTextFrozen`, `AgreementSigned`.
            party: The party that says it.
        """
        names = [invited.party for invited in self.parties]
        text = {"agreement": str(self.agreement.agreement), "version": 1}
        committee, named = self.committee.to_json(), str(self.committee.governance_body)
        by_type: dict[str, dict[str, Any]] = {
            "PartyRegistered": next(item.to_json() for item in self.parties if item.party == party),
            "GovernanceBodyEstablished": {
                "governance_body": named, "mandate": committee["mandate"], "members": names, "name": committee["name"],
            },
            "GovernanceRulesAdopted": {"governance_body": named, "rules": committee["rules"], "version": 1},
            "AgreementDrafted": text | {
                "docset": self.docset, "parties": names, "title": self.agreement.title.to_json(),
            },
            "AgreementTextFrozen": text | {"docset": digest(self.docset), "required": names},
            "AgreementSigned": text | {"docset": digest(self.docset)},
        }  # fmt: skip
        return by_type[type_name]


def document_of(text: str, title: Mapping[str, str], lang: str | None = None) -> dict[str, Any]:
    """Give a text as acts cite it: by the SHA-256 of its UTF-8 bytes."""
    data = text.encode()
    about = {"media_type": MEDIA_TYPE, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return about | {"title": dict(title)} | ({} if lang is None else {"lang": lang})


def document_text(raw: bytes, where: str) -> str:
    """Read a text that becomes a document: UTF-8, with its line ends and accents in their one form.

    Raises:
        LedgerError: It is not UTF-8.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LedgerError(f"{where}: save the text as UTF-8") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return unicodedata.normalize("NFC", lines)


def invitation_of(item: Mapping[str, Any]) -> Invitation:
    """Read an invitation from its members, and judge what its parties are to sign by the law.

    Args:
        item: The members, without the mark of the file's kind.

    Raises:
        Malformed: A member is missing, unknown or of another form, or an act would not have its form.
    """
    try:
        canonical(item)
        invitation = Invitation.parse(dict(item), "opening")
    except FormError as error:
        _malformed(error.where, error.expected, error.found)
    probe = {"charter": document_of(".", invitation.name.to_json()), "log_key": "-", "founders": _probe(invitation)}
    _parse("LedgerOpened", genesis_members(invitation) | probe)
    for invited in invitation.parties:
        _parse("PartyRegistered", invitation.body_of("PartyRegistered", invited.party))
    for type_name in ("GovernanceBodyEstablished", "GovernanceRulesAdopted", "AgreementDrafted"):
        _parse(type_name, invitation.body_of(type_name, invitation.parties[0].party))
    return invitation


def genesis_members(invitation: Invitation) -> dict[str, Any]:
    """Give the members of the genesis that the invitation alone decides."""
    item = invitation.to_json()
    optional = {name: item[name] for name in ("capacities", "party_kinds") if name in item}
    return optional | {
        "demonstration": bool(invitation.demonstration),
        "edition": NEWEST,
        "languages": item["languages"],
        "name": item["name"],
        "rules": item["rules"],
        "timezone": item["timezone"],
    }


def write_invitation(invitation: Invitation) -> bytes:
    """Give the file."""
    return canonical({MARK: KIND, **invitation.to_json()}) + b"\n"


def read_invitation(raw: bytes) -> Invitation:
    """Read the file.

    Raises:
        Malformed: Another kind of file, or another form.
    """
    return invitation_of(read_object(raw, KIND, MAX_BYTES))


def _parse(type_name: str, body: Mapping[str, Any]) -> None:
    try:
        parse_act(type_name, NEWEST, body)
    except UnknownAct as error:
        met = dict(error.problem.found)
        _malformed(str(met.get("where", type_name)), str(met.get("expected", error.problem.rule)), met.get("found"))


def _malformed(where: str, expected: str, found: object) -> NoReturn:
    raise Malformed("form", where, expected, found)


def _probe(invitation: Invitation) -> list[dict[str, Any]]:
    """Give founders with keys that nobody has, to judge the form of the genesis before the parties' keys are known."""
    return [
        {
            "kind": str(invited.kind),
            "legal_name": invited.legal_name.to_json(),
            "party": str(invited.party),
            "root": {"public_key": base64.b64encode(b"%d" % number).decode(), "scheme": "ed25519"},
        }
        for number, invited in enumerate(invitation.parties)
    ]
