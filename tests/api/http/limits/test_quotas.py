"""No party fills the log or the disk for the others: what one may record in a day is bounded, by what it recorded."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from starlette.requests import Request
from tests.api.served import UNLIMITED, Desk, document, json_of, report, serving
from tests.ledger.world import Signed, text

from constancia.api.http.limits.quotas import Quotas
from constancia.ledger.submission import parse_signed
from constancia.verify.speed.entry_patterns import read_entry


@contextmanager
def limited(desk: Desk, **limits: int) -> Iterator[httpx.Client]:
    """The same ledger behind another server, with limits; each start counts from the log alone."""
    with (
        serving(desk.ledger, UNLIMITED.model_copy(update=limits)) as url,
        httpx.Client(base_url=url, headers={"Content-Type": "application/json"}) as http,
    ):
        yield http


def hand_in(desk: Desk, http: httpx.Client, signed: Signed) -> httpx.Response:
    answer = http.post("/api/v1/entries", content=document(signed))
    desk.world.look(desk.ledger.log)
    return answer


def used(desk: Desk, party: str) -> int:
    """What a party recorded so far: all of this story is of one day."""
    listed = desk.http.get("/api/v1/entries?limit=100").json()["entries"]
    return sum(entry["statement"]["actor"].get("party") == party for entry in listed)


def refused(answer: httpx.Response, party: str, unit: str) -> dict[str, Any]:
    assert answer.status_code == 429, answer.text
    body = json_of(answer)
    assert body["code"] == "E_QUOTA"
    judged: dict[str, Any] = body["judged_against"]
    assert (judged["party"], judged["unit"]) == (party, unit)
    assert 1 <= int(answer.headers["retry-after"]) == judged["retry_after_s"] <= 86_400
    return judged


def test_a_party_that_floods_is_refused_and_the_others_go_on(adopted: Desk) -> None:
    with limited(adopted, entries_per_party_per_day=used(adopted, "nosc") + 2) as http:
        flood = [partial(adopted.world.allege, "c1") for _ in range(4)]
        first = flood[0]()
        assert hand_in(adopted, http, first).status_code == 201
        assert hand_in(adopted, http, flood[1]()).status_code == 201
        size = adopted.ledger.size
        judged = refused(hand_in(adopted, http, flood[2]()), "nosc", "entries")
        assert judged["used"] == judged["most"] == used(adopted, "nosc")
        assert adopted.ledger.size == size
        assert hand_in(adopted, http, adopted.world.allege("c1", "sfp")).status_code == 201
        again = hand_in(adopted, http, first)
        assert (again.status_code, json_of(again)["replayed"]) == (200, True)
        adopted.clock.advance(timedelta(days=1))
        adopted.world.advance(timedelta(days=1))
        assert hand_in(adopted, http, flood[3]()).status_code == 201


def test_who_only_claims_a_party_uses_up_nothing_of_it(adopted: Desk) -> None:
    with limited(adopted, entries_per_party_per_day=used(adopted, "inai") + 1) as http:
        forged = document(adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r7")))
        for number in range(3):
            body = forged.replace(b'"report":"r7"', b'"report":"r%d"' % (8 + number))
            assert http.post("/api/v1/entries", content=body).status_code == 401
        assert hand_in(adopted, http, adopted.world.allege("c1", "inai")).status_code == 201


def test_a_server_that_is_started_again_counts_what_the_log_says_of_today(adopted: Desk) -> None:
    most = used(adopted, "nosc") + 1
    with limited(adopted, entries_per_party_per_day=most) as http:
        assert hand_in(adopted, http, adopted.world.allege("c1")).status_code == 201
    with limited(adopted, entries_per_party_per_day=most) as http:
        assert refused(hand_in(adopted, http, adopted.world.allege("c1")), "nosc", "entries")["used"] == most


def test_a_root_revokes_the_key_that_floods(adopted: Desk) -> None:
    key = adopted.world.keys["nosc"].key_id
    with limited(adopted, entries_per_party_per_day=max(10, used(adopted, "nosc"))) as http:
        for _ in range(max(0, 10 - used(adopted, "nosc"))):
            assert hand_in(adopted, http, adopted.world.allege("c1")).status_code == 201
        refused(hand_in(adopted, http, adopted.world.allege("c1")), "nosc", "entries")
        revoked = adopted.world.root_says("nosc", "KeyRevoked", f"key/{key}", key=key, reason="superseded")
        assert hand_in(adopted, http, revoked).status_code == 201


def test_bytes_count_too_those_of_statements_and_of_documents(adopted: Desk) -> None:
    content = b"x" * 50_000
    cited = {"description": text("Minuta"), "sha256": hashlib.sha256(content).hexdigest()}
    with limited(adopted, bytes_per_party_per_day=100_000) as http:
        cites = adopted.says("nosc", "ProgressReported", "commitment/c1", report(report="r7", evidence=[cited]))
        assert hand_in(adopted, http, cites).status_code == 201
        stored = partial(http.post, "/api/v1/documents", headers={"Content-Type": "application/octet-stream"})
        assert stored(content=content).status_code == 201
        assert stored(content=content).status_code == 200  # the same again costs nothing
        more = b"y" * 50_000
        cited |= {"sha256": hashlib.sha256(more).hexdigest()}
        cites = adopted.says("nosc", "ProgressReported", "commitment/c1", report(report="r8", evidence=[cited]))
        assert hand_in(adopted, http, cites).status_code == 201
        refused(stored(content=more), "nosc", "bytes")
    with limited(adopted, bytes_per_party_per_day=1_000) as http:
        refused(hand_in(adopted, http, adopted.world.allege("c1")), "nosc", "bytes")


def test_what_is_handed_in_at_once_has_no_more_room(adopted: Desk) -> None:
    most = used(adopted, "nosc") + 2
    with limited(adopted, entries_per_party_per_day=most) as http, ThreadPoolExecutor(8) as threads:
        flood = [document(adopted.world.allege("c1")) for _ in range(8)]
        answers = list(threads.map(lambda body: http.post("/api/v1/entries", content=body), flood))
        codes = Counter("" if answer.is_success else json_of(answer)["code"] for answer in answers)
        assert codes[""] <= 2
        assert set(codes) <= {"", "E_QUOTA", "E_BUSY"}
        # What was refused gave its room back.
        for body in flood:
            http.post("/api/v1/entries", content=body)
        assert used(adopted, "nosc") == most


def test_room_is_reserved_while_a_statement_is_under_way_and_given_back(adopted: Desk) -> None:
    limits = UNLIMITED.model_copy(update={"entries_per_party_per_day": used(adopted, "nosc") + 1})
    quotas, request = Quotas(adopted.ledger, limits), Request({"type": "http", "path": "/", "headers": []})
    statement = parse_signed(document(adopted.world.allege("c1"))).statement
    assert quotas.entry_refused(request, statement) is None
    with quotas.room_for(statement):
        busy = quotas.entry_refused(request, statement)
    assert busy is not None
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
    with suppress(LookupError), quotas.room_for(statement):
        raise LookupError
    assert quotas.entry_refused(request, statement) is None
    assert not quotas._under_way, "a name that a request has claimed does not stay in memory"


def test_the_first_entry_after_midnight_counts_once(adopted: Desk) -> None:
    quotas = Quotas(adopted.ledger, UNLIMITED)
    quotas.count_document("nosc", 1)  # the day before has begun
    adopted.clock.advance(timedelta(days=1))
    adopted.world.advance(timedelta(days=1))
    with limited(adopted) as http:
        for count in (1, 2):
            assert hand_in(adopted, http, adopted.world.allege("c1")).status_code == 201
            quotas.count_entry(read_entry(adopted.ledger.log.entry(adopted.ledger.size - 1)))
            assert quotas._used["nosc", "entries"] == count
