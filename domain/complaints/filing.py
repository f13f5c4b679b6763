"""Filing a complaint: in one's own name, for somebody under a pseudonym, or for somebody who is protected."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from constancia.domain.complaints.complaint import Complaint, ComplaintAct, find_complaint
from constancia.domain.complaints.judges import bodies_for
from constancia.domain.governance.body import acting_name, body_of, rules_in_force
from constancia.domain.identity.genesis import term_days
from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.values import Digest, FormError, Identifier, Label, StreamName, Text

Kind = Literal["appeal", "complaint", "concern", "objection"]
_ACCUSING: Final = ("appeal", "complaint")
_MONTH: Final = len("2020-09")
_OF_THE_ACCUSED: Final = ("partly", "upheld")  # outcomes that the accused may appeal against


@act
class ComplaintFiled(ComplaintAct):
    """A complaint against parties, or a concern. Where its filer is protected it is a digest and nothing more.

    The digest is of the text with a random salt, so that nobody can guess it. Who took it in has read it, and signs
    that: the entry is the receipt. It says no address, and of the time the month at most.
    """

    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("text",)
    SORTED: ClassVar = {"against": ""}

    against: tuple[Identifier, ...]
    kind: Kind
    protected: bool
    addressed_to: Identifier | None = None
    continues: Identifier | None = None
    digest: Digest | None = None
    governance_body: Identifier | None = None
    pseudonym: Label | None = None
    subject: StreamName | None = None
    text: Text | None = None

    def check_form(self, where: str) -> None:
        """Check what is said: a text or its digest; of a protected one the digest alone; who is accused of what."""
        if self.text is None and self.digest is None:
            raise FormError(f"{where}.text", "text or digest", "neither")
        if self.protected and (self.digest is None or self.text is not None or self.pseudonym is not None):
            raise FormError(f"{where}.protected", "a digest, and neither text nor pseudonym", "text or pseudonym")
        if self.kind in _ACCUSING and not self.against:
            raise FormError(f"{where}.against", f"at least one party, in a {self.kind}", [])
        if self.kind == "appeal" and self.continues is None:
            raise FormError(f"{where}.continues", "the complaint that is appealed", "nothing")

    @classmethod
    def is_confidential(cls, body: Mapping[str, Any]) -> bool:
        """Tell whether it may be about somebody who is protected, or has a pseudonym, or continue such a complaint."""
        return body.get("protected") is not False or not body.keys().isdisjoint(("continues", "digest", "pseudonym"))

    @property
    def is_taken_in(self) -> bool:
        """Whether the actor's party only takes it in."""
        return self.protected or self.pseudonym is not None

    @rule(*PARTY_EXISTS)
    def _parties_registered(self, on: object, at: Context) -> Breach:
        addressed = () if self.addressed_to is None else (self.addressed_to,)
        return unregistered(at, (*self.against, *addressed))

    @rule("E_SELF_DEALING", "no party complains against itself", "ninguna parte se queja de sí misma")
    def _not_against_itself(self, on: object, at: Context) -> Breach:
        return at.party in self.against

    @rule(
        "E_SELF_DEALING",
        "who is accused takes in no complaint, and who has an appointment of it neither",
        "quien es acusado no recibe la queja, ni quien tiene nombramiento suyo",
    )
    def _not_taken_in_by_the_accused(self, on: object, at: Context) -> Breach:
        theirs = [party for party in self.against if speaks_for(at, party)]
        return self.is_taken_in and [{"party": party} for party in theirs]

    @rule(
        "E_SELF_DEALING",
        "a complaint is addressed to a third party",
        "una queja se dirige a una parte tercera",
    )
    def _to_a_third(self, on: object, at: Context) -> Breach:
        return self.addressed_to in {at.party, *self.against}

    @rule(
        "E_DATE",
        "the date of a protected complaint is a month or longer",
        "la fecha de una queja protegida es un mes o más",
    )
    def _no_day(self, on: object, at: Context) -> Breach:
        return self.protected and names_a_day(at.statement["occurred_on"])

    @rule("E_NOT_FOUND", "what the complaint is about exists", "aquello de lo que trata la queja existe")
    def _subject_exists(self, on: object, at: Context) -> Breach:
        return self.subject is not None and at.state.standing(self.subject) is None and {"subject": self.subject}

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza")
    def _body_exists(self, on: object, at: Context) -> Breach:
        named = self.governance_body
        return named is not None and body_of(at, named) is None and {"governance_body": named}

    @rule(
        "E_POLICY",
        "a complaint belongs to the body of its subject, or else to one in which an accused party has or had a seat",
        "una queja corresponde al órgano de su asunto o, si no, a uno donde una parte acusada tiene o tuvo lugar",
    )
    def _of_a_body_concerned(self, on: object, at: Context) -> Breach:
        possible, named = bodies_for(at, self.subject, self.against), self.governance_body
        wrong = body_of(at, named) is not None and named not in possible
        unsaid = named is None and len(possible) > 1
        return (wrong or unsaid) and {"bodies": list(possible)}

    @rule("E_NOT_FOUND", "there is no such complaint", "no existe esa queja")
    def _former_exists(self, on: object, at: Context) -> Breach:
        missing = self.continues is not None and find_complaint(at.state, self.continues) is None
        return missing and {"complaint": self.continues}

    @rule(
        "E_STATE",
        "what was decided is appealed; what is open is continued",
        "lo resuelto se apela; lo que está abierto se continúa",
    )
    def _by_what_fits(self, on: object, at: Context) -> Breach:
        former = find_complaint(at.state, self.continues)
        return former is not None and (self.kind == "appeal") is former.is_open and {"is": former.status}

    @rule(
        "E_ROLE",
        "a complaint is continued by who filed it; who is accused appeals an outcome against it",
        "una queja la continúa quien la presentó; quien es acusado apela un resultado en su contra",
    )
    def _by_who_may(self, on: object, at: Context) -> Breach:
        former = find_complaint(at.state, self.continues)
        if former is None or at.party == former.filer or (former.was_taken_in and at.party not in former.against):
            return None
        outcome = former.resolution.outcome if former.resolution is not None else None
        return not (at.party in former.against and outcome in _OF_THE_ACCUSED)

    @rule(
        "E_ALREADY_SIGNED",
        "a party continues a complaint once",
        "una parte continúa una queja una sola vez",
    )
    def _continued_once(self, on: object, at: Context) -> Breach:
        others = (other for other in at.state.of(Complaint) if self.continues is not None)
        return any(other.continues == self.continues and other.filer == at.party for other in others)

    @rule(
        "E_POLICY",
        "a complaint that continues a protected one is protected",
        "una queja que continúa una protegida es protegida",
    )
    def _stays_protected(self, on: object, at: Context) -> Breach:
        former = find_complaint(at.state, self.continues)
        mine = former is not None and at.party not in former.against
        return former is not None and former.protected and mine and not self.protected

    RULES: ClassVar = (
        _parties_registered,
        _not_against_itself,
        _not_taken_in_by_the_accused,
        _to_a_third,
        _no_day,
        _subject_exists,
        _body_exists,
        _of_a_body_concerned,
        _former_exists,
        _by_what_fits,
        _by_who_may,
        _continued_once,
        _stays_protected,
    )

    def begin(self, at: Context) -> Complaint:
        """Take it in as asserted, with the body that it belongs to and the term of its rules."""
        body = self.governance_body or next(iter(bodies_for(at, self.subject, self.against)), None)
        _version, rules = rules_in_force(at, acting_name(at.state, body) or "")
        return Complaint(
            stream=self.stream(),
            complaint=self.complaint,
            kind=self.kind,
            against=self.against,
            filed=at.mark,
            protected=self.protected,
            response_days=term_days(rules, "response_term_days"),
            text=self.text,
            digest=self.digest,
            pseudonym=self.pseudonym,
            subject=self.subject,
            continues=self.continues,
            addressed_to=self.addressed_to,
            governance_body=body,
        )


def names_a_day(when: str) -> bool:
    """Tell whether an EDTF date or interval names a day."""
    return any(len(part) > _MONTH for part in when.split("/"))
