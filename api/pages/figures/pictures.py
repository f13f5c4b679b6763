"""The pictures that a page may show: each a whole figure, made when a template asks for it."""

from dataclasses import dataclass

from markupsafe import Markup

from constancia.api.pages.figures.chain import chain_of
from constancia.api.pages.figures.decision_path import path_of
from constancia.api.pages.figures.roadmap import roadmap_of, roadmap_of_plan
from constancia.api.pages.figures.scope import ribbon_of
from constancia.api.pages.figures.signatures import matrix_of_agreement, matrix_of_all
from constancia.api.pages.figures.source import PictureSource
from constancia.api.pictures import chain, decision_path, roadmap, scope, signatures
from constancia.ledger.views.projections.base import Row


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a page; each gives empty markup where there is nothing to draw."""

    source: PictureSource

    def roadmap(self, commitment: Row) -> Markup:
        """Draw a commitment's road map over time, from its row."""
        return roadmap.draw(roadmap_of(self.source, commitment), self.source.lang)

    def plan_roadmap(self, plan: Row) -> Markup:
        """Draw the road map of an action plan, from its row."""
        return roadmap.draw(roadmap_of_plan(self.source, plan), self.source.lang)

    def signatures(self, agreement: Row | None = None) -> Markup:
        """Draw who signed what: an agreement's texts, from its row, or the latest texts and decisions of all."""
        model = matrix_of_all(self.source) if agreement is None else matrix_of_agreement(self.source, agreement)
        return signatures.draw(model, self.source.lang)

    def scope(self, commitment: Row) -> Markup:
        """Draw what a commitment promised and what became of it, from its row."""
        return scope.draw(ribbon_of(self.source, commitment), self.source.lang)

    def decision_path(self, decision: Row) -> Markup:
        """Draw the path of a decision, from its row."""
        return decision_path.draw(path_of(self.source, decision), self.source.lang)

    def chain(self) -> Markup:
        """Draw the chain of entries, its tree and the witnesses."""
        return chain.draw(chain_of(self.source), self.source.lang)
