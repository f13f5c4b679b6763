"""Contributions to a gathering: by digest, of a kind of contributor, never with a name."""

from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.commitments.gathering import Contribution, Gathering
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.participation.gathering import GatheringAct, GatheringConvened, GatheringHeld
from constancia.domain.participation.organizer import ORGANIZER, not_an_organizer
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.values import Count, Doc, FormError, Hex64, Identifier

# A meeting is of those who meet; everything else hears others.
HEARS_NOBODY: Final = frozenset({"meeting"})


@act
class ContributionReceived(GatheringAct):
    """A contribution, or a batch of them, has come in: what it says is known by its digest alone, or is published.

    `contributor` is a kind, such as `citizen` or `academia`. Any registered party may record what it contributes
    itself; a batch, which counts for many, is recorded by an organizer.
    """

    consent: Literal["count_only", "publish"]
    contribution: Identifier
    contributor: Identifier
    count: Count | None = None
    document: Doc | None = None
    pseudonym: Identifier | None = None
    sha256: Hex64 | None = None

    def check_form(self, where: str) -> None:
        """Either a digest or a document; at least one contribution; a batch has no pseudonym."""
        if (self.sha256 is None) is (self.document is None):
            raise FormError(f"{where}.sha256", "either sha256 or document", "both or neither")
        if self.count == 0:
            raise FormError(f"{where}.count", "at least 1", self.count)
        if self.pseudonym is not None and self.is_batch:
            raise FormError(f"{where}.pseudonym", "no pseudonym for a batch", self.pseudonym)

    @property
    def is_batch(self) -> bool:
        """Whether it counts for more than one."""
        return self.count is not None and self.count > 1

    @rule(*ORGANIZER)
    def _batch_by_an_organizer(self, on: Gathering, at: Context) -> Breach:
        return self.is_batch and (not_an_organizer(at, on.governance_body, on.about) or False)

    @rule("E_STATE", "a contribution's id is used once", "el identificador de una contribución se usa una vez")
    def _id_is_new(self, on: Gathering, at: Context) -> Breach:
        return on.contribution(self.contribution) is not None

    @rule("E_POLICY", "a meeting takes no contributions", "una sesión de trabajo no recibe contribuciones")
    def _hears_others(self, on: Gathering, at: Context) -> Breach:
        return on.kind in HEARS_NOBODY and {"kind": on.kind}

    @rule(
        "E_POLICY",
        "a contribution's document is named only where its contributor agreed to publish it",
        "sólo se nombra el documento de una contribución si quien la hizo consintió publicarla",
    )
    def _agreed(self, on: object, at: Context) -> Breach:
        return self.document is not None and self.consent != "publish"

    @rule(
        "E_DATE",
        "a contribution does not come in before the gathering begins",
        "una contribución no llega antes de que empiece la reunión",
    )
    def _has_begun(self, on: Gathering, at: Context) -> Breach:
        begins = parse_edtf(on.window).start if on.window else None
        came = at.occurred.end if at.occurred else None
        return begins is not None and came is not None and came < begins and {"window": on.window}

    RULES: ClassVar = (_batch_by_an_organizer, _id_is_new, _hears_others, _agreed, _has_begun)

    def then(self, on: Gathering, at: Context) -> Gathering:
        """Add it."""
        contribution = Contribution(
            contribution=self.contribution,
            contributor=self.contributor,
            consent=self.consent,
            count=self.count or 1,
            mark=at.mark,
            document=self.document,
            pseudonym=self.pseudonym,
            sha256=self.sha256,
        )
        return replace(on, contributions=(*on.contributions, contribution))


GATHERING: Final = AggregateKind(
    GatheringAct,
    {
        GatheringConvened: {NONE: "convened", "convened": "convened"},
        GatheringHeld: {NONE: "held", "convened": "held", "held": "held"},
        ContributionReceived: {"convened": "convened", "held": "held"},
    },
)
