"""The page on adding an act, executed: its code blocks as they stand, registered for these tests only."""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.pofile import read_po
from tests.domain.remarks.test_allegation import allegation
from tests.domain.stage import ORIGIN, Body, Stage, Voice, appointment, evidence, rep, root, seated, text
from tests.domain.tables import codes

from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.kernel.values import canonical
from constancia.domain.remarks import allegation as allegation_module
from constancia.domain.remarks.allegation import Allegation
from constancia.domain.sentences import sentence_of
from constancia.domain.state import replay

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ADDING-AN-ACT.md").read_text(encoding="utf-8")
NAME = "AllegationContested"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The act, as if it stood in the aggregate's file; gone again afterwards."""
    source, row = blocks("python")
    module = ModuleType("allegation_as_extended")
    module.__dict__.update({name: value for name, value in vars(allegation_module).items() if name != "__name__"})
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in (NAME, "ROW"):
        assert name not in module.__dict__
    before = dict(REGISTRY)
    exec(compile(source, "docs/ADDING-AN-ACT.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    exec(compile(row, "docs/ADDING-AN-ACT.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    assert set(REGISTRY) - set(before) == {NAME}
    for name, states in module.__dict__["ROW"].items():
        monkeypatch.setitem(MACHINES["allegation"].rows, name, states)
    yield
    del REGISTRY[NAME]


def contest(**changed: Any) -> Body:
    return {"allegation": "al-1", "evidence": [evidence()], "grounds": text("No fue así")} | changed


def alleged() -> Stage:
    """An allegation by `red`; somebody of INAI may contest, by an appointment that lists the new type."""
    stage = seated()
    stage.says("red", "ScopeReductionReported", allegation())
    for party in ("inai", "red"):
        stage.join(party, name=f"{party}-2", scope=[NAME])
    return stage


def voice(party: str = "inai") -> Voice:
    return rep(party, f"{party}-2")


def test_class_and_row_suffice_to_play_it() -> None:
    stage = alleged()
    stage.says(voice(), NAME, contest())
    assert stage.status("allegation/al-1") == "contested"
    assert stage.find(Allegation, "allegation/al-1").said.party == "red"
    stage.says(voice(), NAME, contest(grounds=text("Y tampoco así")))
    assert stage.state.aggregates["allegation/al-1"].version == 3


def test_it_is_replayed_and_undone_like_any_other() -> None:
    stage = alleged()
    before = canonical(stage.state.document())
    stage.says(voice(), NAME, contest())
    assert canonical(replay(stage.entries, ORIGIN).document()) == canonical(stage.state.document())
    stage.state.undo(stage.undos[-1])
    assert canonical(stage.state.document()) == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"more": 1}, "E_MALFORMED"), ({"grounds": "texto"}, "E_MALFORMED"), ({"evidence": []}, "E_EVIDENCE_REQUIRED")],
)
def test_its_form_and_its_checks_refuse(changed: Body, code: str) -> None:
    stage = alleged()
    assert stage.code(voice(), NAME, contest(**changed), stream="allegation/al-1") == code


def test_nobody_contests_its_own() -> None:
    stage = alleged()
    assert stage.code(voice("red"), NAME, contest()) == "E_SELF_DEALING"


def test_a_pair_that_the_row_does_not_list_is_refused() -> None:
    stage = alleged()
    refusal = stage.refused(voice(), NAME, contest(allegation="al-9"))
    assert codes(refusal) == {"E_NOT_FOUND"}


def test_scope_and_signer_are_held_without_further_code() -> None:
    stage = alleged()
    assert stage.code("inai", NAME, contest()) == "E_OUT_OF_SCOPE"
    assert stage.code(root("inai"), NAME, contest()) == "E_OUT_OF_SCOPE"


def test_it_can_be_given_in_an_appointments_scope() -> None:
    body = appointment("inai", "inai-3", scope=[NAME])
    seated().says(root("inai"), "RepresentativeAppointed", body)


def test_its_sentences_are_there_in_both_languages_and_ask_for_what_there_is() -> None:
    stage = alleged()
    entry = stage.entry(voice(), NAME, contest())
    sentence = sentence_of(entry.statement, stage.state)
    spoken = []
    for block in blocks("po"):
        message = read_po(BytesIO(block.encode())).get(sentence.msgid)
        assert message is not None
        params = {name: value["es"] if isinstance(value, dict) else value for name, value in sentence.params.items()}
        spoken.append(str(message.string).format(**params))
    assert spoken == [
        "Persona inai-2 (inai) impugna el señalamiento al-1: No fue así",
        "Persona inai-2 (inai) contests the allegation al-1: No fue así",
    ]
