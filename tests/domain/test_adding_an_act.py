"""The page on adding an act, executed: its code blocks as they stand, in the real catalogue for these tests only."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.domain.remarks.test_allegation import allegation
from tests.domain.stage import (
    ORIGIN,
    Body,
    Stage,
    Voice,
    appointment,
    commitment,
    doc,
    evidence,
    rep,
    root,
    seated,
    text,
)
from tests.domain.tables import codes
from tools.docs.build_domain_docs import domain_page, spec_table

from constancia.api.forms.answers.filling import answers_of
from constancia.api.forms.answers.reading import read
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.purposes import groups, type_of
from constancia.api.forms.subjects import subjects
from constancia.api.forms.words import FormWords
from constancia.api.text import i18n
from constancia.domain.catalogue import KINDS, MACHINES, REGISTRY
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.remarks import allegation as allegation_module
from constancia.domain.remarks.allegation import ALLEGATION, Allegation, AllegationAct, AllegationMade
from constancia.domain.remarks.correction import Correction
from constancia.domain.sentences import sentence_of
from constancia.domain.state import replay
from constancia.domain.values.values import canonical, digest
from constancia.ledger.views.projections.timeline import TIMELINE
from constancia.ledger.views.subjects import StreamSubjects

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ADDING-AN-ACT.md").read_text(encoding="utf-8")
SUPPORTED = "AllegationSupported"
OFFERED, CHECKED = "TranslationOffered", "TranslationChecked"
NEW = [SUPPORTED, OFFERED, CHECKED]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def executed(name: str, source: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Runs a block of the page as a module of its own."""
    module = ModuleType(name)
    module.__dict__.update(names)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(source, "docs/ADDING-AN-ACT.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    return module.__dict__


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[AggregateKind, ...]]:
    """The acts, as if they stood in the domain's files; gone again afterwards."""
    supported, rows, translation = blocks("python")
    known = {name: value for name, value in vars(allegation_module).items() if name != "__name__"}
    extended = executed("allegation_as_extended", supported + rows, known, monkeypatch)
    asserted = {AllegationMade: ALLEGATION.machine.rows["AllegationMade"]}
    kinds = (
        AggregateKind(AllegationAct, asserted | extended["ROWS"]),
        executed("translation", translation, {}, monkeypatch)["TRANSLATION"],
    )
    for kind in kinds:
        monkeypatch.setitem(KINDS, kind.name, kind)
        monkeypatch.setitem(MACHINES, kind.name, kind.machine)
        for cls in kind.acts:
            monkeypatch.setitem(REGISTRY, cls.__name__, cls)
    yield kinds
    monkeypatch.undo()
    assert not set(NEW) & set(REGISTRY)


@pytest.fixture
def sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages' catalogues with the page's sentences appended, read by the pages' own reader."""
    whole = i18n.catalogue_texts

    def appended(lang: str) -> dict[str, bytes]:
        first, second = blocks("po")[0::2], blocks("po")[1::2]
        return {**whole(lang), "more.po": "\n".join(first if lang == "es" else second).encode()}

    monkeypatch.setattr(i18n, "catalogue_texts", appended)
    i18n.catalogue.cache_clear()
    yield
    i18n.catalogue.cache_clear()


def support(**changed: Any) -> Body:
    return {"allegation": "al-1", "evidence": [evidence()], "grounds": text("Así fue")} | changed


def offer(**changed: Any) -> Body:
    return {"commitment": "c1", "document": doc("guía"), "remark": text("Borador"), "translation": "t1"} | changed


def voice(party: str = "inai") -> Voice:
    return rep(party, f"{party}-2")


@pytest.fixture
def stage() -> Stage:
    """An allegation by `red`, a commitment, and two voices whose appointments list the new types."""
    stage = seated()
    stage.says("red", "AllegationMade", allegation())
    stage.says("nosc", "CommitmentProposed", commitment())
    for party in ("inai", "red"):
        stage.join(party, name=f"{party}-2", scope=sorted([*NEW, "CorrectionRecorded"]))
    return stage


def test_class_and_row_suffice_to_play_it(stage: Stage) -> None:
    stage.says(voice(), SUPPORTED, support())
    assert stage.status("allegation/al-1") == "supported"
    assert stage.find(Allegation, "allegation/al-1").said.party == "red"
    stage.says(voice(), SUPPORTED, support(grounds=text("Y también así")))
    assert stage.state.aggregates["allegation/al-1"].version == 3


def test_a_file_and_a_name_in_the_catalogue_suffice_for_a_new_aggregate(stage: Stage) -> None:
    stage.says(voice("red"), OFFERED, offer())
    stage.says(voice(), CHECKED, {"translation": "t1"})
    assert stage.status("translation/t1") == "checked"
    [found] = [one for one in stage.state.document()["aggregates"] if one["stream"] == "translation/t1"]
    assert (found["offered"]["party"], [one["party"] for one in found["checks"]]) == ("red", ["inai"])


def test_they_are_replayed_and_undone_like_any_other(stage: Stage) -> None:
    before = canonical(stage.state.document())
    for type_name, body in ((SUPPORTED, support()), (OFFERED, offer())):
        stage.says(voice(), type_name, body)
    assert canonical(replay(stage.entries, ORIGIN).document()) == canonical(stage.state.document())
    stage.state.undo(stage.undos[-1])
    stage.state.undo(stage.undos[-2])
    assert canonical(stage.state.document()) == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"more": 1}, "E_MALFORMED"), ({"grounds": "texto"}, "E_MALFORMED"), ({"evidence": []}, "E_EVIDENCE_REQUIRED")],
)
def test_form_and_rules_refuse(changed: Body, code: str, stage: Stage) -> None:
    assert stage.code(voice(), SUPPORTED, support(**changed), stream="allegation/al-1") == code


def test_rules_about_the_aggregate_are_asked_where_there_is_one(stage: Stage) -> None:
    assert stage.code(voice("red"), SUPPORTED, support()) == "E_SELF_DEALING"
    assert codes(stage.refused(voice(), SUPPORTED, support(allegation="al-9"))) == {"E_NOT_FOUND"}
    assert stage.code(voice(), OFFERED, offer(commitment="c9")) == "E_NOT_FOUND"
    stage.says(voice("red"), OFFERED, offer())
    assert stage.code(voice("red"), CHECKED, {"translation": "t1"}) == "E_SELF_DEALING"
    assert stage.code(voice(), OFFERED, offer()) == "E_STATE"


@pytest.mark.parametrize(("type_name", "body"), [(SUPPORTED, support()), (OFFERED, offer())])
def test_scope_and_signer_hold_without_further_code(type_name: str, body: Body, stage: Stage) -> None:
    assert stage.code("inai", type_name, body) == "E_OUT_OF_SCOPE"
    assert stage.code(root("inai"), type_name, body) == "E_OUT_OF_SCOPE"
    seated().says(root("inai"), "RepresentativeAppointed", appointment("inai", "inai-3", scope=sorted(NEW)))


def test_a_translation_stands_in_the_timeline_of_its_commitment(stage: Stage) -> None:
    entry = stage.says(voice("red"), OFFERED, offer())
    keys = [key for key, _row in TIMELINE.rows(entry, StreamSubjects(stage.lookup), lambda: stage.state)]
    assert keys == [f"{subject}#{entry.index:010d}" for subject in ("all", "commitment/c1", "translation/t1")]


def test_what_is_listed_is_corrected_and_nothing_else(stage: Stage) -> None:
    entry = stage.says(voice("red"), OFFERED, offer())
    body = {
        "correction": "co-1", "field": "body.remark.es", "kind": "clerical", "new_value": "Borrador",
        "old_digest": digest("Borador"), "reason": text("Errata"), "target": entry.leaf_hash,
    }  # fmt: skip
    title = body | {"field": "body.document.title.es", "old_digest": digest("guía")}
    assert stage.code(voice("red"), "CorrectionRecorded", title) == "E_CORRECTION_FORBIDDEN"
    stage.says(voice("red"), "CorrectionRecorded", body)
    assert stage.find(Correction, "correction/co-1").concerns == ("translation/t1",)


@pytest.mark.usefixtures("sentences")
def test_the_pages_say_them_in_both_languages(stage: Stage) -> None:
    said = [
        (SUPPORTED, support(), "apoya el señalamiento al-1: Así fue", "supports the allegation al-1: Así fue"),
        (OFFERED, offer(), "ofrece una traducción de «guía»", "offers a translation of “guía”"),
        (CHECKED, {"translation": "t1"}, "verificó la traducción t1", "checked the translation t1"),
    ]
    for type_name, body, es, en in said:
        sentence = sentence_of(stage.entry(voice(), type_name, body).statement, stage.state)
        assert [i18n.say(sentence, lang) for lang in ("es", "en")] == [
            f"Persona inai-2 (inai) {es}", f"Persona inai-2 (inai) {en}"
        ]  # fmt: skip


def test_documentation_tells_them(added: tuple[AggregateKind, ...]) -> None:
    table, page = spec_table(added), domain_page(added)
    for name in NEW:
        assert f"| {name} |" in table
        assert f"### {name}\n" in page
    assert "| `E_SELF_DEALING` | who offered does not check | quien ofreció no verifica |" in page
    assert "| `checked` | TranslationChecked | `checked` |" in page


def test_each_has_its_form_without_a_page_of_its_own(stage: Stage) -> None:
    """Asked, answered and read back into the body; found by its name, and about what its table allows."""
    builder, words = Builder(stage.state), FormWords("es", stage.state.languages)
    for type_name, about, body in (
        (SUPPORTED, "allegation/al-1", support()),
        (OFFERED, "", offer()),
        (CHECKED, "translation/t1", {"translation": "t1"}),
    ):
        form = builder.form(FormRequest(type=type_name, about=about))
        read_back, faults = read(form, answers_of(form.fields, body), lambda text: text)
        assert (read_back, faults) == (body, [])
        assert type_of(type_name) == type_name
        assert type_name in {name for names in groups(3).values() for name in names}
        assert all(words.label(item) for item in form.fields)
    assert [option.value for option in subjects(SUPPORTED, stage.state, stage.now.date())] == ["allegation/al-1"]
