"""The models of pictures, from rows: disowned signatures, parties that left, what was proposed and dropped."""

from typing import Any, cast

import pytest

from constancia.api.pages.figures import decision_path, roadmap, scope, signatures
from constancia.api.pages.figures.source import PictureSource
from constancia.api.pictures.svg import ForeignText
from constancia.api.text.i18n import tr


class Rows:
    """A source of rows that are given here; parties' names are their identifiers in capitals."""

    lang, day, is_present = "es", "2020-01-01", True

    def __init__(self, **rows: list[Any]) -> None:
        self._rows = rows

    @property
    def reading(self) -> "Rows":
        return self

    def row(self, name: str, stream: str) -> dict[str, Any]:
        return next(row for row in self._rows[name] if row["stream"] == stream)

    def latest(self, name: str, _kind: type, most: int) -> tuple[list[dict[str, Any]], int]:
        rows = self._rows.get(name, [])
        return rows[-most:][::-1], max(len(rows) - most, 0)

    def decisions_on(self, stream: str) -> list[dict[str, Any]]:
        return [row for row in self._rows.get("decisions", []) if row["act"]["stream"] == stream]

    def is_disowned(self, mark: dict[str, Any]) -> bool:
        return mark["leaf_hash"] in self._rows.get("disowned", ())

    def ended_on(self, party: str) -> str | None:
        return next((row["effective"] for row in self._rows.get("ended", []) if row["party"] == party), None)

    def gone_from(self, _decision: dict[str, Any]) -> tuple[str, ...]:
        return tuple(self._rows.get("gone", ()))

    def words(self, text: Any) -> ForeignText:
        return ForeignText(text["es"])

    def party_words(self, name: str) -> ForeignText:
        return ForeignText(name.upper())

    def party(self, name: str) -> str:
        return name.upper()

    def parties(self, names: Any) -> tuple[str, ...]:
        return tuple(self.party(name) for name in names)

    def say(self, msgid: str, **params: object) -> str:
        return tr("es", msgid, **params)

    def word(self, name: str) -> str:
        return tr("es", f"word.{name}")


def source(**rows: list[Any]) -> PictureSource:
    return cast("PictureSource", Rows(**rows))


def mark(party: str, leaf: str = "aa", on: str = "2019-03-01", index: int = 1) -> dict[str, Any]:
    return {"party": party, "leaf_hash": leaf, "occurred_on": on, "index": index}


def signature(party: str, **more: Any) -> dict[str, Any]:
    return {**mark(party), "kind": "ledger", "reservation": None, "verdict": None} | more


def agreement(**more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    parties = ["a", "b", "c", "d", "e"]
    text = {"version": 1, "parties": parties, "title": {"es": "Acuerdo"}, "status": "in_force"}
    row = {"stream": "agreement/x", "departures": [], "versions": [text]} | more
    signed = {
        "version": 1,
        "missing": ["d"],
        "attestations": [{"party": "e", "on": "2019-02"}],
        "signatures": [
            signature("a"),
            signature("b", reservation={"es": "No en todo"}),
            signature("c", verdict="disowned"),
        ],
    }
    return row, {"stream": "agreement/x", "versions": [signed]}


def states(model: Any) -> list[list[str]]:
    return [[sign.state for sign in cell] for cell in model.rows[0].cells]


def test_each_party_to_a_text_has_what_it_did() -> None:
    row, signed = agreement()
    model = signatures.matrix_of_all(source(agreements=[row], signatures=[signed]))
    assert [party.text for party in model.parties] == ["A", "B", "C", "D", "E"]
    assert states(model) == [["signed"], ["reserved"], ["disowned"], ["missing"], ["attested"]]


def test_who_left_or_exists_no_more_is_shown_beside_what_it_signed() -> None:
    row, signed = agreement(departures=[{"party": "a", "effective": "2020-02-01", "version": 1}])
    ended = {"party": "b", "effective": "2021-01-01"}
    model = signatures.matrix_of_all(source(agreements=[row], signatures=[signed], ended=[ended]))
    assert states(model)[:2] == [["signed", "left"], ["reserved", "succeeded"]]
    assert model.rows[0].cells[0][1].on == "2020-02-01"


def decision(status: str = "signed", **more: Any) -> dict[str, Any]:
    return {
        "decision": "d-1", "question": {"es": "¿Se adopta?"}, "status": status, "voters": ["a", "b", "c"],
        "proposed": mark("a"), "closes": "2019-05-31", "dissents": [], "outcome_index": 5, "outcome_on": "2019-03-02",
        "standing_votes": [
            {"party": "a", "choice": "for", "mark": mark("a", "v1")},
            {"party": "b", "choice": "against", "mark": mark("b", "v2")},
        ],
        "signatures": [mark("a", "s1")], "signed_by": ["a"], "must_sign": ["a"],
        "enacted": mark("a", index=9), "act": {"type": "ScopeChanged", "stream": "commitment/k", "body": {}},
    } | more  # fmt: skip


def test_votes_signatures_and_what_was_disowned_are_in_a_decisions_cells() -> None:
    model = signatures.matrix_of_all(source(decisions=[decision()], disowned=["s1"]))
    assert states(model) == [["for", "disowned"], ["against"], ["not_voted"]]
    unsigned = decision("adopted", signatures=[], signed_by=[])
    model = signatures.matrix_of_all(source(decisions=[unsigned], disowned=["v2"]))
    assert states(model) == [["for", "not_signed"], ["against", "disowned"], ["not_voted"]]


def test_older_rows_are_counted() -> None:
    model = signatures.matrix_of_all(source(decisions=[decision() for _each in range(7)]))
    assert (len(model.rows), model.left_out) == (4, 3)


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("proposed", ["done", "now", "ahead", "ahead", "ahead"]),
        ("voting", ["done", "now", "ahead", "ahead", "ahead"]),
        ("adopted", ["done", "done", "done", "now", "ahead"]),
        ("rejected", ["done", "done", "failed", "never", "never"]),
        ("lapsed", ["done", "failed", "never", "never", "never"]),
        ("signed", ["done", "done", "done", "done", "done"]),
    ],
)
def test_each_status_of_a_decision_has_its_place_on_the_path(
    monkeypatch: pytest.MonkeyPatch, status: str, steps: list[str]
) -> None:
    entry = 9 if status == "signed" else None
    monkeypatch.setattr(Rows, "statement", lambda _self, _index: {"occurred_on": "2019-03-03"}, raising=False)
    enacted = mark("a", index=9) if entry else None
    path = decision_path.path_of(source(), decision(status, enacted=enacted))
    assert [step.state for step in path.steps] == steps


def test_what_is_missing_of_a_decision_is_said() -> None:
    voting = decision_path.path_of(source(), decision("voting", enacted=None)).steps[1]
    assert "falta el voto de: C" in voting.words
    assert "se puede votar hasta: 31 de mayo de 2019" in voting.words
    adopted = decision_path.path_of(source(), decision("adopted", enacted=None, signed_by=[], signatures=[])).steps[3]
    assert adopted.words == ("falta la firma de: A",)


def test_who_is_gone_is_not_awaited_on_the_path() -> None:
    gone = source(gone=["a", "c"])
    assert not [
        words
        for words in decision_path.path_of(gone, decision("voting", enacted=None)).steps[1].words
        if "falta el voto" in words
    ]
    adopted = decision_path.path_of(gone, decision("adopted", enacted=None, signed_by=[], signatures=[])).steps[3]
    assert not [words for words in adopted.words if "falta la firma" in words]
    assert "A, C" in adopted.words[0]


def scope_of(*titles: str) -> dict[str, Any]:
    return {
        "actions": [],
        "milestones": [],
        "deliverables": [{"deliverable": title.lower(), "title": {"es": title}} for title in titles],
    }


def commitment(**more: Any) -> dict[str, Any]:
    first = {"version": 1, "scope": scope_of("Foro", "Ruta"), "decision": "d-1", "mark": mark("a")}
    diff = {"removed": ["deliverables/ruta"], "deferred": [], "added": [], "altered": []}
    second = {
        "version": 2,
        "scope": scope_of("Foro"),
        "decision": "d-2",
        "mark": mark("a"),
        "diff": diff,
        "without": ["c"],
    }
    return {"stream": "commitment/k", "commitment": "k", "scopes": [first, second], "proposals": []} | more


def test_the_scope_names_what_was_cut_by_title_and_who_did_not_sign() -> None:
    model = scope.ribbon_of(source(decisions=[decision()]), commitment())
    assert [(item.title.text, item.present, item.is_removed) for item in model.items] == [
        ("Foro", (True, True), False),
        ("Ruta", (True, False), True),
    ]
    assert [change.what.clean for change in model.versions[1].changes] == ["Ruta"]
    assert model.versions[1].votes.without == ("C",)
    assert model.versions[0].votes.against == ("B",)


def test_a_proposal_is_matched_to_the_vote_on_the_very_same_scope() -> None:
    wanted = scope_of("Foro", "Otro")
    proposal = {
        "from_version": 1, "reasons": {"es": "Porque sí"}, "scope": wanted, "mark": mark("b"),
        "diff": {"removed": [], "deferred": [], "added": ["deliverables/otro"], "altered": []},
    }  # fmt: skip
    body = {"from_version": 1, "scope": wanted}
    put = decision("rejected", decision="d-3", act={"type": "ScopeChanged", "stream": "commitment/k", "body": body})
    [shown] = scope.ribbon_of(source(decisions=[put]), commitment(proposals=[proposal])).proposals
    assert (shown.votes.status, shown.votes.proposed_by, shown.votes.against) == ("rejected", "B", ("B",))
    assert [change.what.clean for change in shown.changes] == ["Otro"]
    put["act"]["body"]["scope"] = scope_of("Foro")
    first, second = scope.ribbon_of(source(decisions=[put]), commitment(proposals=[proposal])).proposals
    assert (first.votes.status, second.votes.status) == (None, "rejected")


def test_suspensions_run_from_the_word_that_suspends_to_the_next() -> None:
    decided = [
        {"to": "suspended", "mark": mark("a", on="2020-06-15")},
        {"to": "resumed", "mark": mark("a", on="2020-11-16")},
        {"to": "suspended", "mark": mark("a", on="2021-01")},
    ]
    pauses = roadmap._pauses({"decided": decided})
    assert [(pause.since, pause.until) for pause in pauses] == [("2020-06-15", "2020-11-16"), ("2021-01", None)]


def test_windows_that_a_milestone_had_before_are_in_their_order() -> None:
    scopes = [
        {"scope": {"milestones": [{"milestone": "m", "window": window}]}} for window in ("2019-06", "2019-08", "2020")
    ]
    assert list(roadmap._windows_before({"scopes": scopes}, "m", "2020")) == ["2019-06", "2019-08"]
