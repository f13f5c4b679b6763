"""Acts as sentences: the table is the catalogues' own, every type has one, and names take the place of identifiers."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tools.docs.act_words import choices, table

from constancia.api.text.dates import date_words
from constancia.domain.catalogue import REGISTRY
from constancia.verify.report import acts
from constancia.verify.report.acts import Names, day_words, sentence, signer, word

VOTER = {"appointment": "ap-a-sfp", "capacity": "alternate", "party": "sfp", "person": "p-a"}
VOTE = {"choice": "against", "decision": "d-4", "digest": "sha256:" + "0" * 64}
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["party", "title", "es", "milestone", "name", "against", "to", "kind"]), inner
        )
    ),
    max_leaves=12,
)


def known() -> Names:
    names = Names()
    names.take("PartyRegistered", {"party": "sfp", "acronym": "SFP", "legal_name": {"es": "Secretaría"}})
    appointment = {"appointment": "ap-a-sfp", "person": "p-a", "party": "sfp", "name": "Ana Ruiz"}
    names.take("RepresentativeAppointed", appointment | {"post": {"es": "Suplente", "en": "Alternate"}})
    names.take("DecisionProposed", {"decision": "d-4", "question": {"es": "¿Se quitan?", "en": "Are they cut?"}})
    return names


def test_table_is_what_the_catalogues_give() -> None:
    assert acts.TABLE.read_text(encoding="utf-8") == table(), "run: make acts"


def test_every_type_has_a_sentence_in_both_languages_and_every_choice_a_word() -> None:
    assert len(REGISTRY) > 60
    for name, cls in REGISTRY.items():
        rows = [row for code, row in acts.table().items() if code.split(".")[0] == name]
        assert rows, name
        assert all(row["es"] and row["en"] for row in rows), cls
    assert {"for", "against", "abstain", "alternate"} <= choices()
    assert word("against", "es") == "en contra"


@each_row(
    ("lang", "expected"),
    [
        ("es", "Ana Ruiz vota por SFP en la decisión «¿Se quitan?»: en contra."),
        ("en", "Ana Ruiz votes for SFP on the decision “Are they cut?”: against."),
    ],
)
def test_vote_says_person_party_question_and_choice(lang: str, expected: str) -> None:
    assert sentence("VoteCast", VOTER, VOTE, lang, known()) == expected
    assert signer(VOTER, lang, known()).endswith("(SFP)")


def test_without_names_identifiers_are_said_as_such() -> None:
    assert (
        sentence("VoteCast", VOTER, VOTE, "es", Names()) == "La persona p-a vota por SFP en la decisión d-4: en contra."
    )
    assert signer(VOTER, "es", Names()) == "la persona p-a, suplente (SFP)"
    assert signer({"capacity": "root", "party": "sfp"}, "es", Names()) == "llave raíz (SFP)"


def test_titles_of_parts_are_those_of_their_own_commitment() -> None:
    names = Names()
    for commitment, title in (("a", "Foro"), ("b", "Informe")):
        scope = {"milestones": [{"milestone": "m1", "title": {"es": title}}]}
        names.take("DecisionProposed", {"act": {"body": {"commitment": commitment, "scope": scope}}})
    body = {"commitment": "b", "milestone": "m1", "evidence": []}
    assert "hito «Informe»" in sentence("MilestoneCompleted", VOTER, body, "es", names)


@each_row("lang", ["es", "en"])
@each_row(
    "text",
    ["2019-03-26", "2019-03", "2019", "2019-06/2019-08", "2019-08/..", "../2017-05", "2019-01-01/2019-12-31", "x"],
)
def test_days_are_said_as_the_pages_say_them(text: str, lang: str) -> None:
    assert day_words(text, lang) == date_words(text, lang)


@given(name=st.sampled_from(sorted(REGISTRY)), actor=JSON, body=JSON)
def test_any_body_gives_a_sentence_and_no_error(name: str, actor: Any, body: Any) -> None:
    names = Names()
    if isinstance(actor, dict) and isinstance(body, dict):
        names.take(name, body)
        assert sentence(name, actor, body, "es", names)
