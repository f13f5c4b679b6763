"""`constancia draft` and `constancia submit` against a served ledger: what is accepted and refused, in what words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import Desk, appoint, desk_in, document, report, wide
from tests.api.test_cli_verify import Person
from tests.api.test_refusals import C1, proposal, smaller
from tests.ledger.template import Templates
from tests.ledger.world import Signed

from constancia.ledger.clock import SystemClock


@pytest.fixture(params=["es", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(tmp_path: Path, lang: str) -> Person:
    (tmp_path / "home").mkdir()
    return Person(tmp_path / "home", lang)


@pytest.fixture
def adopted(tmp_path: Path, templates: Templates) -> Iterator[Desk]:
    """A ledger on the machine's clock, which the commands go by: an adopted commitment `c1`, and a report on it."""
    with desk_in(tmp_path / "ledger", clock=SystemClock(), begun=templates.adopted) as desk:
        yield desk


def submit(person: Person, desk: Desk, signed: Signed) -> tuple[int, str, str]:
    path = person.home / "x.signed.json"
    path.write_bytes(document(signed))
    done = person.runs("submit", path, "--to", desk.url)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_what_is_accepted_gives_index_leaf_hash_and_a_receipt_that_verifies(
    person: Person, adopted: Desk, lang: str
) -> None:
    size = adopted.ledger.size
    code, said, _ = submit(person, adopted, adopted.says("inai", "ProgressReported", C1, report()))
    assert code == 0
    assert {"es": f"Quedó en el registro {size}", "en": f"Recorded as entry {size}"}[lang] in said
    assert adopted.ledger.log.leaf_hash(size).hex() in said
    checked = person.runs("verify", "x.tlog-proof", "--trust", adopted.ledger.folder.trust)
    assert checked.returncode == 0, checked.stdout


REFUSED = {"es": "No se registró nada.", "en": "Nothing was recorded."}


def test_stale_basis_is_refused_with_what_stands_now(person: Person, adopted: Desk, lang: str) -> None:
    appoint(adopted, "sfp", "wide")
    size = adopted.ledger.size
    stale = wide(adopted, "sfp", "ScopeChangeProposed", C1, proposal("reduction", smaller(), from_version=7))
    code, said, told = submit(person, adopted, stale)
    assert (code, said, adopted.ledger.size) == (77, "", size)
    title = {
        "es": "La versión en que se basa el acto ya cambió",
        "en": "The version that the act is based on has changed",
    }
    lines = told.splitlines()
    assert lines[0] == f"{REFUSED[lang]} {title[lang]}."
    assert {"es": "se esperaba: 1", "en": "expected: 1"}[lang] in told, "the version that stands now"
    assert lines[-1].strip() == "(E_VERSION_CONFLICT)"
    assert "{" not in told
    assert not (person.home / "x.tlog-proof").exists()


def test_statement_for_another_ledger_is_refused(person: Person, adopted: Desk, lang: str) -> None:
    size = adopted.ledger.size
    foreign = adopted.says("inai", "ProgressReported", C1, report(), ledger="example.org/other")
    code, said, told = submit(person, adopted, foreign)
    assert (code, said, adopted.ledger.size) == (77, "", size)
    title = {"es": "La declaración es para otro libro", "en": "The statement is for another ledger"}
    assert f"{REFUSED[lang]} {title[lang]}." in told
    assert told.splitlines()[-1].strip() == "(E_LEDGER_MISMATCH)"


@pytest.mark.parametrize(("lang", "where"), [("es", "address"), ("en", "folder")])
def test_draft_tells_what_the_ledger_would_answer_and_hands_nothing_in(
    person: Person, adopted: Desk, lang: str, where: str
) -> None:
    size = adopted.ledger.size
    key, day = adopted.world.keys["inai"].key_id, adopted.world.today

    def draft(body: dict[str, Any], *more: str) -> str:
        path = person.home / "body.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        place = adopted.url if where == "address" else adopted.ledger.folder.path
        done = person.runs(
            "draft", "ProgressReported", "--body", path, "--from", place, "--party", "inai", "--appointment", "ap-inai",
            "--person", "p-inai", "--capacity", "representative", "--occurred-on", day, "--force", *more,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    acceptable = {"es": "El libro aceptaría ahora este acto", "en": "The ledger would accept this act now"}[lang]
    refusable = {"es": "El libro respondería esto ahora", "en": "The ledger would answer this now"}[lang]
    for more in ((), ("--key-id", key)):
        said = draft(report(), *more)
        assert acceptable in said, said
        assert refusable not in said
    said = draft(report(commitment="c9"))
    assert refusable in said
    assert "E_NOT_FOUND" in said
    assert acceptable not in said
    said = draft(report(), "--key-id", "0" * 64)
    assert refusable in said
    assert "E_KEY_UNKNOWN" in said
    assert adopted.ledger.size == size
    # What was drafted is a statement that the ledger takes, over the history that was verified.
    draft(report(), "--out", "fine.statement.json")
    raw = (person.home / "fine.statement.json").read_bytes()
    assert json.loads(raw)["seen"] == {"root": adopted.ledger.log.root().hex(), "size": size}
    taken = adopted.post(Signed(statement=raw, signatures=(adopted.world.keys["inai"].sign(raw),)))
    assert taken.status_code == 201, taken.text
