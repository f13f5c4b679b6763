"""The short story, said once by the program and once through the forms of the pages, ends in the same state."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.api.served import serving
from tests.e2e.forms_story import Reader, RecordingStage, recorded_at, signed

from constancia.api.demo.cast import Cast
from constancia.api.demo.props import ORIGIN
from constancia.api.demo.story import play
from constancia.api.signing.drafts import Draft, DraftStore
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import parse_signed

BEGIN = datetime(2019, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """Both states, without leaf hashes, and what was done."""

    by_program: dict[str, Any]
    by_forms: dict[str, Any]
    types: list[str]
    uploads: int


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twice]:
    place = tmp_path_factory.mktemp("twice")
    signer = LogSigner.generate(ORIGIN)
    clock = StoryClock(BEGIN)
    with Ledger.open(place / "a", clock=clock, signer=signer, origin=ORIGIN, create=True) as first:
        stage = RecordingStage(ledger=first, clock=clock, cast=Cast(signer.verifier))
        play(stage, short=True)
        other = StoryClock(BEGIN)
        with Ledger.open(place / "b", clock=other, signer=signer, origin=ORIGIN, create=True) as second:
            yield _again(first, second, other, stage)


def _again(first: Ledger, second: Ledger, clock: StoryClock, stage: RecordingStage) -> Twice:
    entries = list(first.log.entries())
    genesis = json.loads(entries[0])
    clock.set(recorded_at(entries[0]))
    second.append(parse_signed(_submission(genesis)))  # `constancia init` opens a ledger, no form does
    digests = (json.loads(raw)["statement"]["body"] for raw in entries)
    documents = {
        name: first.documents.get(name) for body in digests for name in _hashes(body) if name in first.documents
    }
    types, uploads = [], 0
    with serving(second) as url, httpx.Client(base_url=url, timeout=30) as http:
        drafts = DraftStore(second.folder.drafts, clock=clock)
        for index, raw in enumerate(entries[1:], 1):
            statement = json.loads(_translated(raw, first, second, index))["statement"]
            clock.set(recorded_at(raw))
            reader = Reader(http, second.state(), documents)
            answer = reader.prepare(statement, "es" if index % 2 else "en")
            assert answer.status_code == 303, (index, statement["type"], answer.status_code, _problems(answer.text))
            draft = drafts.get(answer.headers["location"].rpartition("/")[2])
            assert isinstance(draft, Draft)
            key = stage.keys[json.loads(raw)["signatures"][0]["key"]]
            seen = {"root": second.log.root(index).hex(), "size": index}
            body = signed(draft.prepared, seen, statement["signed_at"], key)
            done = http.post("/api/v1/entries", content=body, headers={"Content-Type": "application/json"})
            assert done.status_code == 201, (index, statement["type"], done.text)
            types.append(statement["type"])
            uploads += reader.uploads
    return Twice(by_program=_document(first), by_forms=_document(second), types=types, uploads=uploads)


def _submission(entry: dict[str, Any]) -> bytes:
    parts = {"signatures": entry["signatures"], "statement": entry["statement"]}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _hashes(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield value["sha256"]
        for item in value.values():
            yield from _hashes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _hashes(item)


def _translated(raw: bytes, first: Ledger, second: Ledger, size: int) -> str:
    """An entry whose references to earlier entries are those of the other ledger."""
    text = raw.decode()
    for index in range(size):
        text = text.replace(first.log.leaf_hash(index).hex(), second.log.leaf_hash(index).hex())
    return text


def _document(ledger: Ledger) -> dict[str, Any]:
    """The state document with entries by their number: leaf hashes differ with the statements' ids."""
    text = json.dumps(ledger.state().document())
    for index in range(ledger.size):
        text = text.replace(ledger.log.leaf_hash(index).hex(), f"entry {index}")
    document: dict[str, Any] = json.loads(text)
    return document


def _problems(page: str) -> str:
    return page.partition('class="problems"')[2].partition("</div>")[0][:1500]


def test_both_ways_end_in_the_same_state(twice: Twice) -> None:
    first, second = twice.by_program, twice.by_forms
    streams = [{item["stream"]: item for item in document["aggregates"]} for document in (first, second)]
    differing = [name for name in streams[0] if streams[0][name] != streams[1].get(name)]
    assert differing == []
    assert second == first


def test_every_act_of_the_story_but_the_opening_went_through_a_form(twice: Twice) -> None:
    assert len(twice.types) == first_size(twice) - 1
    assert len(set(twice.types)) > 25
    assert twice.uploads >= 5


def first_size(twice: Twice) -> int:
    size: int = twice.by_program["size"]
    return size
