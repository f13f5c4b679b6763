"""The matrix, the scope, a decision's path, the chain: every state in picture and table, whatever the words are."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.pictures.drawn import FOREIGN, POINTS, checked, is_shown, lines, picture_of, table_of
from tests.rows import each_row

from constancia.api.pictures import chain, decision_path, scope, signatures
from constancia.api.pictures.svg import ForeignText
from constancia.api.text.i18n import LANGUAGES

words = st.builds(ForeignText, FOREIGN, st.sampled_from([None, "en", "ar"]))
clean = FOREIGN.map(lambda text: ForeignText(text).clean)


def both(figure: object, *expected: str) -> None:
    """Each of some words is in the picture and in the table."""
    root = checked(figure)  # type: ignore[arg-type]
    drawn, table = " ¦ ".join(lines(picture_of(root))), table_of(root)
    assert [word for word in expected if not is_shown(word, drawn)] == []
    assert [word for word in expected if not is_shown(word, table)] == []


@each_row("lang", LANGUAGES)
@each_row("state", get_args(signatures.State))
def test_each_state_of_a_signature_or_a_vote_is_in_both(state: signatures.State, lang: str) -> None:
    sign = signatures.Sign(state=state, on="2019-03-01")
    row = signatures.MatrixRow(title=ForeignText("Texto"), standing="en vigor", cells=((sign,),))
    both(
        signatures.draw(signatures.Matrix(parties=(ForeignText("SFP"),), rows=(row,)), lang),
        signatures.sign_words(sign, lang),
    )


def test_states_look_different_without_their_colour_and_word() -> None:
    """Those of one kind of cell; where a state says that there is nothing to say, a dash is enough."""
    glyphs = {
        state: "".join(map(str, signatures._glyph(state))).replace(signatures._COLOURS[state], "")
        for state in get_args(signatures.State)
    }
    of_texts = ("signed", "reserved", "attested", "disowned", "missing", "left", "none")
    of_votes = ("for", "against", "abstain", "not_voted", "no_vote", "not_signed")
    for group in (of_texts, of_votes):
        assert len({glyphs[state] for state in group}) == len(group)


def test_many_parties_scroll_and_few_do_not() -> None:
    def drawn(count: int) -> str:
        cells = tuple((signatures.Sign(state="signed"),) for _place in range(count))
        row = signatures.MatrixRow(title=ForeignText("Texto"), standing="en vigor", cells=cells)
        parties = tuple(ForeignText(f"P{place}") for place in range(count))
        return str(signatures.draw(signatures.Matrix(parties=parties, rows=(row,)), "es"))

    assert 'class="scroll"' not in drawn(3)
    assert 'class="scroll" tabindex="0" role="group" aria-label="' in drawn(4)
    assert 'class="pic pic-w4"' in drawn(4)
    assert 'width="1800"' in drawn(20)


signs = st.builds(signatures.Sign, state=st.sampled_from(get_args(signatures.State)), on=st.one_of(st.none(), POINTS))


@pytest.mark.slow
@given(st.lists(words, min_size=1, max_size=6), st.data())
def test_any_matrix_is_drawn_and_says_the_same_twice(parties: list[ForeignText], data: st.DataObject) -> None:
    cell = st.lists(signs, min_size=1, max_size=3).map(tuple)
    cells = st.lists(cell, min_size=len(parties), max_size=len(parties)).map(tuple)
    row = st.builds(signatures.MatrixRow, title=words, standing=clean, cells=cells)
    model = signatures.Matrix(
        parties=tuple(parties),
        rows=tuple(data.draw(st.lists(row, min_size=1, max_size=3))),
        left_out=data.draw(st.integers(0, 2)),
    )
    expected = [part.clean for part in parties]
    for shown in model.rows:
        expected += [shown.title.clean, shown.standing]
        expected += [signatures.sign_words(sign, "es") for each in shown.cells for sign in each]
    both(signatures.draw(model, "es"), *expected)


def ribbon() -> scope.Ribbon:
    """Two versions: the second takes an item out and puts one off; a proposal was voted down."""
    nothing: frozenset[scope.ChangeKind] = frozenset()
    votes = scope.Votes(status="signed", favour=("INAI", "NOSC"), without=("SFP",))
    down = scope.Votes(status="rejected", proposed_by="SFP", favour=("SFP",), against=("NOSC",), abstained=("INAI",))
    change = scope.ScopeChange(kind="removed", what=ForeignText("Hoja de ruta iniciada"))
    return scope.Ribbon(
        versions=(
            scope.Version(number=1, on="2019-03-01", votes=scope.Votes(status="signed")),
            scope.Version(number=2, on="2019-07", votes=votes, changes=(change,)),
        ),
        items=(
            scope.ScopeItem(
                group="deliverables", title=ForeignText("Hoja de ruta iniciada"), present=(True, False),
                changes=(nothing, frozenset({"removed"})),
            ),
            scope.ScopeItem(
                group="milestones", title=ForeignText("Diseño"), present=(True, True),
                changes=(nothing, frozenset({"deferred"}))
            ),
        ),
        proposals=(
            scope.Proposal(
                reasons=ForeignText("La ruta no llevaría tiempos"), on="2019-07-02", votes=down,
                changes=(scope.ScopeChange(kind="removed", what=ForeignText("Ruta (los tiempos)")),),
            ),
        ),
    )  # fmt: skip


def test_what_was_taken_out_is_struck_through_by_title_and_what_was_voted_down_names_who_opposed() -> None:
    figure = scope.draw(ribbon(), "es")
    root = checked(figure)
    struck = [each for each in picture_of(root).iter() if each.get("text-decoration") == "line-through"]
    assert ["".join(each.itertext()) for each in struck] == ["Hoja de ruta iniciada"]
    both(
        figure,
        "SFP propuso quitar: Ruta (los tiempos)",
        "Razón: «La ruta no llevaría tiempos»",
        "no se aprobó; a favor: SFP; en contra: NOSC; abstención: INAI",
    )
    assert is_shown("− se quitó: Hoja de ruta iniciada", table_of(root))
    assert is_shown("aprobado y firmado; a favor: INAI, NOSC; sin la firma de: SFP", table_of(root))
    assert "se quitó" in lines(picture_of(root))
    assert "se aplazó" in lines(picture_of(root))


@each_row("kind", get_args(scope.ChangeKind))
def test_each_kind_of_change_has_a_sign_in_the_picture_and_a_word_in_the_table(kind: scope.ChangeKind) -> None:
    votes = scope.Votes(status="signed")
    change = scope.ScopeChange(kind=kind, what=ForeignText("Ruta"))
    item = scope.ScopeItem(
        group="actions", title=ForeignText("Ruta"), present=(True, True), changes=(frozenset(), frozenset({kind}))
    )
    versions = tuple(scope.Version(number=n, on="2019", votes=votes, changes=(change,) * (n - 1)) for n in (1, 2))
    root = checked(scope.draw(scope.Ribbon(versions=versions, items=(item,)), "es"))
    sign, words_of = scope.change_words(change, "es").split(" ", 1)
    assert words_of.split(":")[0] in lines(picture_of(root))
    assert is_shown(f"{sign} {words_of}", table_of(root))


@each_row("status", ["signed", "adopted", "rejected", "lapsed", "voting", "proposed", None])
def test_each_outcome_has_its_words(status: str | None) -> None:
    proposal = scope.Proposal(reasons=None, on="2019", votes=scope.Votes(status=status, proposed_by="SFP"))
    versions = (scope.Version(number=1, on="2019", votes=scope.Votes(status="signed")),)
    both(
        scope.draw(scope.Ribbon(versions=versions, items=(), proposals=(proposal,)), "es"),
        scope.votes_words(proposal.votes, "es"),
    )


@pytest.mark.slow
@given(st.data())
def test_any_scope_is_drawn_within_its_frame(data: st.DataObject) -> None:
    names = st.lists(clean, max_size=3).map(tuple)
    votes = st.builds(
        scope.Votes, status=st.sampled_from(["signed", "rejected", None]), proposed_by=clean,
        favour=names, against=names, abstained=names, absent=names, without=names,
    )  # fmt: skip
    change = st.builds(scope.ScopeChange, kind=st.sampled_from(get_args(scope.ChangeKind)), what=words)
    changes = st.lists(change, max_size=3).map(tuple)
    count = data.draw(st.integers(1, 7))
    versions = tuple(
        scope.Version(number=place + 1, on=data.draw(POINTS), votes=data.draw(votes), changes=data.draw(changes))
        for place in range(count)
    )
    kinds = st.frozensets(st.sampled_from(get_args(scope.ChangeKind)), max_size=2)
    item = st.builds(
        scope.ScopeItem, group=st.sampled_from(get_args(scope.Group)), title=words,
        present=st.lists(st.booleans(), min_size=count, max_size=count).map(tuple),
        changes=st.lists(kinds, min_size=count, max_size=count).map(tuple),
    )  # fmt: skip
    proposal = st.builds(scope.Proposal, reasons=st.one_of(st.none(), words), on=POINTS, votes=votes, changes=changes)
    model = scope.Ribbon(
        versions=versions,
        items=tuple(data.draw(st.lists(item, max_size=4))),
        proposals=tuple(data.draw(st.lists(proposal, max_size=2))),
    )
    figure = scope.draw(model, "es")
    both(figure, *(scope.votes_words(each.votes, "es") for each in model.proposals))
    drawn = " ¦ ".join(lines(picture_of(checked(figure))))
    assert [each for each in model.items if not is_shown(each.title.clean, drawn)] == []


@each_row("lang", LANGUAGES)
@each_row("state", get_args(decision_path.StepState))
def test_each_state_of_a_step_is_in_both_with_date_and_words(state: decision_path.StepState, lang: str) -> None:
    steps = tuple(
        decision_path.PathStep(kind=kind, state=state, on="2019-07-03", words=("falta: NOSC",))
        for kind in get_args(decision_path.StepKind)
    )
    figure = decision_path.draw(decision_path.Path(steps=steps), lang)
    day = "3 de julio de 2019" if lang == "es" else "3 July 2019"
    both(figure, day, "falta: NOSC")
    table = table_of(checked(figure))
    for step in steps:
        name, rest = decision_path.step_words(step, lang).split(" (", 1)
        assert is_shown(name, table)
        assert is_shown(rest.split(",")[0], table)


def test_a_decision_that_failed_turns_aside() -> None:
    def path(state: decision_path.StepState) -> str:
        steps = (
            decision_path.PathStep(kind="outcome", state=state),
            decision_path.PathStep(kind="signatures", state="never"),
        )
        return str(decision_path.draw(decision_path.Path(steps=steps), "es"))

    assert "Q14 8 6 12" in path("failed")
    assert "Q14 8 6 12" not in path("done")


def test_the_chain_names_entries_root_and_how_far_each_witness_got() -> None:
    model = chain.Chain(
        size=450,
        root="cd51618864e7b717" + "0" * 48,
        witnesses=(
            chain.WitnessLine(name=ForeignText("INAI"), last=449, on="2026-11-29"),
            chain.WitnessLine(name=ForeignText("NOSC"), last=401, on="2026-11-28"),
            chain.WitnessLine(name=ForeignText("SFP"), last=None),
        ),
    )
    figure = chain.draw(model, "es")
    both(figure, "INAI", "hasta el registro 449", "NOSC", "hasta el registro 401", "SFP", "todavía ninguno")
    root = checked(figure)
    assert {"0", "1", "448", "449", "cd516188 64e7b717…"} <= set(lines(picture_of(root)))
    assert model.root in table_of(root)
    shares = [float(bar.get("width", "")[:-1]) for bar in picture_of(root) if bar.get("class") in ("good", "warn")]
    assert shares == [100.0, pytest.approx(100 * 402 / 450, abs=0.01)]


@each_row(
    ("size", "shown"), [(1, [0]), (3, [0, 1, 2]), (5, [0, 1, None, 4]), (6, [0, 1, None, 4, 5]), (7, [0, 1, None, 6])]
)
def test_the_entries_that_are_drawn_are_the_first_and_the_last_with_its_pair(
    size: int, shown: list[int | None]
) -> None:
    """An entry of even index that is the last has no pair (RFC 6962)."""
    assert chain.shown_entries(size) == shown


@pytest.mark.slow
@given(st.integers(1, 10**7), st.lists(words, max_size=4), st.data())
def test_any_chain_is_drawn_within_its_frame(size: int, names: list[ForeignText], data: st.DataObject) -> None:
    last = st.one_of(st.none(), st.integers(0, size - 1))
    witnesses = tuple(chain.WitnessLine(name=name, last=data.draw(last)) for name in names)
    figure = chain.draw(chain.Chain(size=size, root="ab" * 32, witnesses=witnesses), "es")
    both(figure, *(name.clean for name in names), *(chain.witness_words(each, "es") for each in witnesses))


def test_nothing_is_drawn_of_nothing() -> None:
    assert chain.draw(chain.Chain(size=0, root="", witnesses=()), "es") == ""
    assert scope.draw(scope.Ribbon(versions=(), items=()), "es") == ""
    assert signatures.draw(signatures.Matrix(parties=(), rows=()), "es") == ""
