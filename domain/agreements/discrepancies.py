"""Differences between the languages of a text: recorded by anybody registered; the text itself stays as it is."""

from dataclasses import replace
from typing import ClassVar

from constancia.domain.agreements.agreement import (
    TWO,
    Agreement,
    AgreementAct,
    Discrepancy,
    Reading,
    Weight,
    version_exists,
)
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import FormError, Identifier, LanguageTag, Text


@act
class TranslationDiscrepancyRecorded(AgreementAct):
    """A party records that the languages of a version say different things at a place. It decides nothing.

    What is meant is decided by a later version that all sign, or by a signed decision.
    """

    SINCE: ClassVar = THIRD
    CORRECTABLE: ClassVar = ("place",)
    SORTED: ClassVar = {"readings": "lang"}

    discrepancy: Identifier
    place: Text
    readings: tuple[Reading, ...]
    weight: Weight
    prevails: LanguageTag | None = None

    def check_form(self, where: str) -> None:
        """Check that two languages at least are compared, and that they say different things."""
        texts = [reading.says for reading in self.readings]
        if len(texts) < TWO or len(set(texts)) < TWO:
            raise FormError(f"{where}.readings", "what two languages at least say, and it differs", texts)

    @rule(
        "E_STATE",
        "a discrepancy's id is used once",
        "el identificador de una discrepancia se usa una vez",
    )
    def _is_new(self, on: Agreement, at: Context) -> Breach:
        known = (before.discrepancy for before in on.discrepancies or ())
        return self.discrepancy in known and {"discrepancy": self.discrepancy}

    @rule(
        "E_NOT_FOUND",
        "the languages compared are languages of the text",
        "los idiomas comparados son idiomas del texto",
    )
    def _languages_of_the_text(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        known = {document.lang for document in version.docset.documents} if version else None
        return known is not None and [{"lang": reading.lang} for reading in self.readings if reading.lang not in known]

    @rule(
        "E_POLICY",
        "the language that prevails is the one that the text itself names",
        "el idioma que prevalece es el que nombra el propio texto",
    )
    def _prevails_by_the_text(self, on: Agreement, at: Context) -> Breach:
        version = on.find_version(self.version)
        authentic = version.docset.authentic if version else self.prevails
        return self.prevails is not None and self.prevails != authentic and {"authentic": authentic}

    RULES: ClassVar = (version_exists, _is_new, _languages_of_the_text, _prevails_by_the_text)

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Add it; no text and no signature changes."""
        recorded = Discrepancy(
            discrepancy=self.discrepancy,
            version=self.version,
            place=self.place,
            readings=self.readings,
            weight=self.weight,
            prevails=self.prevails,
            mark=at.mark,
        )
        return replace(on, discrepancies=(*(on.discrepancies or ()), recorded))
