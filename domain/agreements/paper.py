"""Paper signatures, attested: evidence of what a paper original bears, signed by who attests and nobody else."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from constancia.domain.agreements.agreement import (
    Agreement,
    AgreementSignature,
    AgreementTextAct,
    AgreementVersion,
    PaperAttestation,
    of_its_ends,
    version_exists,
)
from constancia.domain.agreements.texts import ended_with, ends_by_all, signing_voices, window_begun, with_signature
from constancia.domain.identity.appointment import Appointment, represented_by
from constancia.domain.identity.party import party_registered
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import Context, lies_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, EdtfText, Identifier, Label, Text


@act
class PaperSignatureAttested(AgreementTextAct):
    """A party attests that a paper original bears a signature. It is evidence, and signs nothing for anybody.

    Only where the rules said so when the text was frozen, a party's word on its own paper signature signs for it: said
    by a representative who may sign agreements, and counted from the day of that word. Nobody's word ever counts as
    the signature of another party, not even that of all others together: all of them would gain by it.
    """

    SINCE: ClassVar = THIRD
    MEMBER_SINCE: ClassVar = {}
    CORRECTABLE: ClassVar = ("on", "post")

    name: Label
    on: EdtfText
    party: Identifier
    person: Identifier
    post: Text
    scan: Doc

    def signs(self, on: Agreement, at: Context) -> bool:
        """Tell whether the attestation counts as the signature of the party that attests it."""
        appointment = at.find(Appointment, f"appointment/{at.actor.get('appointment')}")
        return (
            at.party == self.party
            and on.status_on(at.day) in ("awaiting_signatures", "partially_signed")
            and on.current.version == self.version
            and on.current.paper_counts is True
            and self.party in on.current.missing
            and not on.has_left(self.party)
            and appointment is not None
            and "AgreementSigned" in appointment.scope
        )

    @rule("E_STATE", "what is signed on paper is a frozen text", "lo que se firma en papel es un texto fijado")
    def _of_a_frozen_text(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        return version is not None and not version.is_frozen

    @rule(
        "E_DIGEST_MISMATCH",
        "the digest is that of the text of the version",
        "la huella es la del texto de la versión",
    )
    def _of_the_version(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        return version is not None and self.docset != version.docset_digest and {"expected": version.docset_digest}

    @rule(
        "E_POLICY",
        "the signature attested is that of a party to the text",
        "la firma atestiguada es la de una parte del texto",
    )
    def _of_a_party_to_it(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        return version is not None and self.party not in version.parties and {"parties": list(version.parties)}

    @rule("E_DATE", "a paper was not signed in the future", "un papel no se firmó en el futuro")
    def _has_been_signed(self, on: object, at: Context) -> Breach:
        return lies_in_future(at, self.on)

    @rule(
        "E_ALREADY_SIGNED",
        "a party attests a paper signature of a version once",
        "una parte atestigua una vez la firma en papel de una versión",
    )
    def _attested_once(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        return version is not None and any(
            (attested.mark.party, attested.party, attested.person) == (at.party, self.party, self.person)
            for attested in attestations_of(version)
        )

    @rule(
        "E_SELF_DEALING",
        "who signs on paper for a party has not signed for another",
        "quien firma en papel por una parte no firmó por otra",
    )
    def _one_hand_one_party(self, on: Agreement, at: Context) -> Breach:
        if not self.signs(on, at):
            return None
        hands = {mark.person: mark.party for mark in signing_voices(on)}
        return self.person in hands and {"person": self.person, "signed_for": hands[self.person]}

    @rule("E_STATE", "the signing window has begun", "el plazo de firma ha empezado")
    def _window_begun(self, on: Agreement, at: Context) -> Breach:
        return self.signs(on, at) and window_begun.broken(self, on, at)

    @rule(
        "E_POLICY",
        "a text that terminates an agreement has all parties to that agreement as its own",
        "un texto que da por terminado un acuerdo tiene entre sus partes a todas las de ese acuerdo",
    )
    def _ends_by_all(self, on: Agreement, at: Context) -> Breach:
        return self.signs(on, at) and ends_by_all.broken(self, on, at)

    # Else the person whom it names could sign here for its own party no more.
    @rule(
        "E_SELF_DEALING",
        "who signs on paper for a party represents no other",
        "quien firma en papel por una parte no representa a otra",
    )
    def _of_its_party(self, on: Agreement, at: Context) -> Breach:
        if not self.signs(on, at):
            return None  # evidence, also of who is with another party since
        others = represented_by(at.state, self.person, at.day) - {self.party}
        return [{"person": self.person, "represents": party} for party in sorted(others)]

    RULES: ClassVar = (
        party_registered,
        version_exists,
        _of_a_frozen_text,
        _of_the_version,
        of_its_ends,
        _of_a_party_to_it,
        _has_been_signed,
        _attested_once,
        _one_hand_one_party,
        _of_its_party,
        _window_begun,
        _ends_by_all,
    )

    def voices(self, on: Agreement, at: Context) -> Iterable[Mark]:
        """Give the signatures of the version, where this one joins them."""
        return signing_voices(on) if self.signs(on, at) else ()

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Note the attestation with the version; as its signature only where it counts."""
        attested = PaperAttestation(
            mark=at.mark,
            party=self.party,
            person=self.person,
            name=self.name,
            post=self.post,
            scan=self.scan,
            on=self.on,
        )
        if self.signs(on, at):
            signed = with_signature(on, AgreementSignature(mark=at.mark, paper=attested), at)
            return replace(signed, status="partially_signed") if signed.current.missing else signed
        version = on.find_version(self.version) or on.current
        return on.with_version(replace(version, attestations=(*(version.attestations or ()), attested)))

    def others(self, after: Agreement, at: Context) -> Iterable[Agreement]:
        """End what the text terminates, where this was the last signature."""
        return ended_with(after, at)


def attestations_of(version: AgreementVersion) -> tuple[PaperAttestation, ...]:
    """Give all attestations of paper signatures of a version, those that sign and those that do not."""
    counted = (signature.paper for signature in version.signatures if signature.paper is not None)
    return (*counted, *(version.attestations or ()))
