"""A refusal in words: what the rule met is said in the reader's language, things and parties by their names."""

import ast
from pathlib import Path

from tests.domain.stage import act_of, proposed, root, seated, text
from tests.rows import each_row

from constancia.api.text.i18n import LANGUAGES, tr
from constancia.api.text.refusal_words import refusal_lines
from constancia.api.text.rules import rule_words
from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.problems import Refusal
from constancia.domain.state import State

DOMAIN = Path(__file__).resolve().parents[3] / "domain"
# Of a table of states, said as a sentence of its own, or left out.
NOT_SAID = {"blocked", "denied", "destroyed", "key_of", "signs_as", "version"}


def keys_of_rules() -> set[str]:
    """What rules say they have met: the keys of each object that a function gives as what breaks a rule."""
    keys = set[str]()
    for path in DOMAIN.rglob("*.py"):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            gives = ast.unparse(each.returns) if isinstance(each, ast.FunctionDef) and each.returns else ""
            if "Breach" in gives or "Met" in gives or "dict[str, object]]" in gives:
                named = (key for part in ast.walk(each) if isinstance(part, ast.Dict) for key in part.keys)
                keys |= {key.value for key in named if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return keys


def said(refusal: Refusal, state: State, lang: str = "es") -> str:
    lines = refusal_lines(refusal.code, refusal.rule, refusal.judged_against, refusal.also, lang, state)
    return "\n".join(lines)


@each_row("lang", LANGUAGES)
def test_what_a_rule_met_is_called_by_a_word_of_the_readers_language(lang: str) -> None:
    keys = keys_of_rules()
    assert len(keys) > 100
    labels = {key: f"judged.{key.replace(' ', '_')}" for key in keys - NOT_SAID}
    assert {key for key, msgid in labels.items() if tr(lang, msgid) == msgid} == set()


@each_row("lang", LANGUAGES)
def test_every_state_has_a_word(lang: str) -> None:
    states = {
        state for machine in MACHINES.values() for row in machine.rows.values() for state in (*row, *row.values())
    }
    assert {state for state in states - {NONE} if tr(lang, f"word.{state}") == f"word.{state}"} == set()


def test_rule_of_what_is_put_to_the_vote_is_said_in_spanish() -> None:
    rules = {str(rule.en) for act in REGISTRY.values() for rule in act.CONTENT}
    assert len(rules) > 20
    assert {rule for rule in rules if rule_words(rule, "es") == rule} == set()
    stage = seated().adopted()
    act = act_of(
        "CommitmentStatusDecided", {"commitment": "c1", "decision": "d", "reasons": text("x"), "to": "resumed"}
    )
    refusal = stage.refused("inai", "DecisionProposed", proposed("d", act))
    assert "regla de lo que se propone: el estado del compromiso permite el que se decide" in said(refusal, stage.state)


def test_bodies_parties_dates_and_acts_are_said_by_their_names() -> None:
    stage = seated().withdraw("nosc")
    party = {"kind": "civil_society_org", "legal_name": text("COMITÉ"), "party": "otra"}
    assert "órgano: Comité" in said(stage.refused("sfp", "PartyRegistered", party), stage.state)
    body = {"governance_body": "dos", "mandate": text("x"), "members": ["nosc", "red"], "name": text("Dos")}
    refusal = stage.refused("nosc", "GovernanceBodyEstablished", body | {"predecessor": "cc"})
    assert "quedan fuera: inai, sfp" in said(refusal, stage.state)
    assert "left out: inai, sfp" in said(refusal, stage.state, "en")
    early = {"conditions": text("x"), "effective": "2018-01-01", "governance_body": "cc", "party": "nosc"}
    late = stage.refused(root("nosc"), "PartyReturned", early)
    assert "último cambio: 1 de marzo de 2019" in said(late, stage.state)
