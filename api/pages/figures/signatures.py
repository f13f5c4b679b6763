"""The model of the signature matrix: of an agreement's texts, or of the latest texts and decisions of the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from constancia.api.pages.figures.source import PictureSource, is_certain
from constancia.api.pictures.signatures import Matrix, MatrixRow, Sign, State
from constancia.api.pictures.svg import ForeignText
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.decision import Decision
from constancia.ledger.views.projections.base import Row as StateRow

_MOST: Final = 4  # rows of texts, and of decisions, on a page of the whole ledger
_CHOICES: Final[dict[str, State]] = {"for": "for", "against": "against", "abstain": "abstain"}


def matrix_of_agreement(source: PictureSource, agreement: StateRow) -> Matrix:
    """Give the matrix of an agreement's texts, newest first.

    Args:
        source: What the page is as of.
        agreement: Its row in `agreements`.
    """
    signed = source.reading.row("signatures", agreement["stream"])
    return _matrix(source, _texts(agreement, signed), [], [agreement, signed], 0)


def matrix_of_all(source: PictureSource) -> Matrix:
    """Give the matrix of the latest text of each agreement, and of the latest decisions, newest first.

    Args:
        source: What the page is as of.
    """
    agreements, more_texts = source.latest("agreements", Agreement, _MOST)
    decisions, more_decisions = source.latest("decisions", Decision, _MOST)
    texts = [_texts(row, source.reading.row("signatures", row["stream"]))[0] for row in agreements]
    return _matrix(source, texts, decisions, [*agreements, *decisions], more_texts + more_decisions)


Text = tuple[StateRow, StateRow, StateRow]


def _texts(agreement: StateRow, signed: StateRow) -> list[Text]:
    by_version = {version["version"]: version for version in signed["versions"]}
    return [(agreement, version, by_version[version["version"]]) for version in reversed(agreement["versions"])]


def _matrix(
    source: PictureSource,
    texts: Sequence[Text],
    decisions: Sequence[StateRow],
    shown: Iterable[StateRow],
    left_out: int,
) -> Matrix:
    names = [party for _agreement, version, _signed in texts for party in version["parties"]]
    names += [party for decision in decisions for party in decision["voters"]]
    parties = tuple(dict.fromkeys(names))
    rows = [_text(source, text, parties) for text in texts]
    rows += [_decision(source, decision, parties) for decision in decisions]
    certain = all(is_certain(row) for row in shown)
    columns = tuple(source.party_words(party) for party in parties)
    return Matrix(parties=columns, rows=tuple(rows), left_out=left_out, is_certain=certain)


def _text(source: PictureSource, text: Text, parties: Iterable[str]) -> MatrixRow:
    agreement, version, _signatures = text
    title = source.words(version["title"])
    if len(agreement["versions"]) > 1:
        named = source.say("page.pic_version_of", title=title.clean, version=version["version"])
        title = ForeignText(named, title.lang, is_made=True)
    cells = tuple(_text_cell(source, party, text) for party in parties)
    return MatrixRow(title=title, standing=source.word(version["status"]), cells=cells)


def _text_cell(source: PictureSource, party: str, text: Text) -> tuple[Sign, ...]:
    agreement, version, signed = text
    if party not in version["parties"]:
        return (Sign(state="none"),)
    signs = [
        Sign(state=_signed(signature), on=signature["occurred_on"])
        for signature in signed["signatures"]
        if signature["party"] == party
    ]
    for attested in signed["attestations"]:
        if attested["party"] == party and not signs:
            signs.append(Sign(state="attested", on=attested["on"]))
    departure = next((item for item in agreement["departures"] if item["party"] == party), None)
    if departure is not None and departure["version"] >= version["version"]:
        signs.append(Sign(state="left", on=departure["effective"]))
    elif party in signed["missing"]:
        signs.append(Sign(state="missing"))
    ended = source.ended_on(party)
    if ended is not None:
        signs.append(Sign(state="succeeded", on=ended))
    return tuple(signs) or (Sign(state="none"),)


def _signed(signature: StateRow) -> State:
    if signature["verdict"] == "disowned":
        return "disowned"
    if signature["reservation"] is not None:
        return "reserved"
    return "paper" if signature["kind"] == "paper_attested" else "signed"


def _decision(source: PictureSource, decision: StateRow, parties: Iterable[str]) -> MatrixRow:
    votes = {vote["party"]: vote for vote in decision["standing_votes"]}
    signatures = {mark["party"]: mark for mark in decision["signatures"]}
    cells = tuple(_decision_cell(source, decision, party, votes, signatures) for party in parties)
    return MatrixRow(title=source.words(decision["question"]), standing=source.word(decision["status"]), cells=cells)


def _decision_cell(
    source: PictureSource,
    decision: StateRow,
    party: str,
    votes: Mapping[str, StateRow],
    signatures: Mapping[str, StateRow],
) -> tuple[Sign, ...]:
    if party not in decision["voters"]:
        return (Sign(state="no_vote"),)
    vote, signature = votes.get(party), signatures.get(party)
    if vote is None:
        signs = [Sign(state="not_voted")]
    else:
        signs = [Sign(state=_CHOICES[vote["choice"]], on=vote["mark"]["occurred_on"])]
        signs += [Sign(state="disowned")] if source.is_disowned(vote["mark"]) else []
    if signature is not None:
        state: State = "disowned" if source.is_disowned(signature) else "signed"
        signs.append(Sign(state=state, on=signature["occurred_on"]))
    elif decision["status"] in ("adopted", "signed") and party in decision["must_sign"]:
        signs.append(Sign(state="not_signed"))
    return tuple(signs)
