"""Who signs what is written in four places, since verifiers are independent of the domain: they say the same."""

import re
from dataclasses import fields
from pathlib import Path

from constancia.domain.catalogue import REGISTRY, seated_streams
from constancia.verify.core.authorship.powers import (
    EITHER_ACTS,
    NEWEST,
    OBJECT_OF,
    OWN_KEY_ACTS,
    ROOT_ACTS,
    SEATED_STREAMS,
    SIGNER_OF,
)
from constancia.verify.report.acts import table

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "verify" / "page" / "directory.js").read_text(encoding="utf-8")
SPEC = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
ADD = "a type takes a line in domain/, verify/core/authorship/powers.py and SPEC §6, and a sentence (`make page`)"


def page_object(name: str) -> dict[str, str]:
    text = re.search(rf"{name} = {{(.*?)}}", PAGE, re.DOTALL)
    assert text is not None
    return dict(re.findall(r'(\w+): "(\w*)"', text[1]))


def page_acts() -> set[str]:
    """The types that the page knows: those that the built page has a sentence for, whatever else is in that table."""
    assert 'KNOWN_ACTS = new Set([...ACTS.keys()].map(code => code.split(".")[0]))' in PAGE
    return {name for code in table() if (name := code.split(".")[0])[:1].isalpha()}


def spec_signers() -> dict[str, str]:
    """The signer of each type, as SPEC's table words it."""
    table = SPEC.split("## 6. Types")[1].split("### 6.1")[0]
    rows = [[cell.strip() for cell in line.split(" | ")] for line in table.splitlines() if line.startswith("| ")]
    return {row[0].strip("| "): row[3].strip(" |") for row in rows if row[0].strip("| ") not in {"type", "---", ""}}


def kind_of(words: str) -> str:
    """Give the domain's word for what SPEC's table says of the signer, before its reasons."""
    signer = words.split(":", maxsplit=1)[0].removeprefix("ALL, ")
    known = {
        "all founders' roots": "founders",
        "root or rep": "root_or_rep",
        "root or rep, or the key itself": "root_or_rep",
    }
    return known.get(signer, signer)


def test_verifier_and_domain_know_the_same_acts_and_who_signs_them() -> None:
    assert {name: act.signer for name, act in REGISTRY.items()} == dict(SIGNER_OF), ADD


def test_page_knows_the_same_acts_and_who_signs_them() -> None:
    assert page_acts() == set(SIGNER_OF), ADD
    assert set(page_object("ROOT_ACTS")) == ROOT_ACTS
    assert set(page_object("SHARED_ACTS")) == EITHER_ACTS


def test_specification_says_the_same_of_every_act() -> None:
    assert {name: kind_of(words) for name, words in spec_signers().items()} == dict(SIGNER_OF), ADD


def test_object_of_a_roots_act_is_the_same_in_the_page() -> None:
    listed = page_object("ROOT_ACTS") | page_object("SHARED_ACTS")
    assert {name: member for name, member in listed.items() if member} == OBJECT_OF
    own = re.search(r'\["(\w+)", "(\w+)"\]\.includes\(type\) && !own', PAGE)
    assert own is not None
    assert set(own.groups()) == OWN_KEY_ACTS


def test_object_of_a_roots_act_is_a_member_that_the_domain_asks_for() -> None:
    """Without it no such act could be a root's own: the ledger would record it, and each verifier call it altered."""
    members = {name: {field.name for field in fields(act)} for name, act in REGISTRY.items()}
    assert {name: member for name, member in OBJECT_OF.items() if member not in members[name]} == {}
    # These are about no party of their own: each root may sign them.
    assert (ROOT_ACTS | EITHER_ACTS) - set(OBJECT_OF) == {"LawEditionAdopted", "CorrectionRecorded"}


def test_seated_streams_are_the_same_everywhere() -> None:
    page = re.findall(r"/\^\(([a-z|]+)\)\\/", PAGE)
    later = dict.fromkeys(range(2, NEWEST + 1), page[0].split("|"))
    assert {1: page[1].split("|"), **later} == {
        edition: [one.rstrip("/") for one in streams] for edition, streams in SEATED_STREAMS.items()
    }
    assert {edition: seated_streams(edition) for edition in SEATED_STREAMS} == SEATED_STREAMS
    for streams in SEATED_STREAMS.values():
        assert "On the streams " + " and ".join(f"`{stream}…`" for stream in streams) in SPEC or len(streams) == 1
    assert "From edition 2 on, on `decision/…` alone" in SPEC
