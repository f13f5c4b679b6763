"""What the interface and the pages say of witnesses: asked for or not, cosigned or not yet."""

import time
from pathlib import Path

import httpx
from tests.api.served import Desk, serving
from tests.ledger.template import Templates
from tests.ledger.witness_scene import LONG_S, Scene
from tests.ledger.world import START
from tests.verify.small_ledger import Witness

from constancia.ledger.clock import StoryClock
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.note import format_vkey, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.wire.tlog_proof import parse_tlog_proof


def ledger_of(scene: Scene) -> Ledger:
    assert scene.desk is not None
    return scene.desk.ledger


def test_answer_has_the_form_of_its_example(scene: Desk) -> None:
    described = scene.http.get("/openapi.json").json()["paths"]["/api/v1/witnesses"]["get"]
    example = described["responses"]["200"]["content"]["application/json"]["example"]
    found = scene.http.get("/api/v1/witnesses").json()
    assert set(found) >= {"items", "quorum", "size", "witnessed"}
    assert set(example) <= set(found)


def test_ledger_without_witnesses_says_that_none_are_asked_for(scene: Desk) -> None:
    found = scene.http.get("/api/v1/witnesses").json()
    assert (found["quorum"], found["items"], found["witnessed"]) == ("none", [], None)
    assert scene.http.get("/healthz").json()["witnessed"] is None
    assert "no pide testigos" in scene.http.get("/es/").text
    assert "requires no witnesses" in scene.http.get("/en/entries/0").text


def test_witnesses_are_named_with_what_they_cosigned(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    with serving(ledger) as url:
        found = httpx.get(f"{url}/api/v1/witnesses").json()
        assert found["witnessed"]["size"] == found["size"] == ledger.size
        assert found["witnessed"]["root"] == ledger.log.root().hex()
        assert found["witnessed"]["by"] == ["w1", "w2"]
        by_name = {one["name"]: one for one in found["items"]}
        assert set(by_name) == {name + tail for name in ("w1", "w2", "w3") for tail in ("", "-mldsa44")}
        assert by_name["w1"]["algorithm"] == "ed25519"
        assert by_name["w1-mldsa44"]["algorithm"] == "ml-dsa-44"
        assert by_name["w1"]["cosigned"]["size"] == ledger.size
        assert (by_name["w3"]["cosigned"], by_name["w3"]["problem"]) == (None, "unreachable")
        assert httpx.get(f"{url}/api/v1/ledger").json()["witnessed"] == found["witnessed"]
        assert "Atestiguado por" in httpx.get(f"{url}/es/").text


def test_past_sizes_and_receipts(witnessed: Scene) -> None:
    ledger, policy = ledger_of(witnessed), witnessed.policy
    wait_for_quorum(ledger)
    size = ledger.size
    for one in witnessed.real:
        one.stop()
    assert witnessed.desk is not None
    witnessed.desk.adopt()
    with serving(ledger) as url:
        assert "Not witnessed yet" in httpx.get(f"{url}/en/").text
        assert "Witnessed by" in httpx.get(f"{url}/en/?size={size}").text
        told = httpx.get(f"{url}/api/v1/receipts/2", headers={"Accept": "application/json"}).json()
        assert told["size"] == size
        assert open_with_policy(parse_tlog_proof(told["receipt"].encode()).checkpoint, policy).witnessed
        asked = httpx.get(f"{url}/api/v1/receipts/2?size={ledger.size}").content
        assert parse_tlog_proof(asked).checkpoint == ledger.log.checkpoint()
        assert httpx.get(f"{url}/checkpoint").content == ledger.log.checkpoint()


def test_witness_that_states_a_time_beyond_all_calendars_breaks_no_answer(tmp_path: Path, templates: Templates) -> None:
    folder, liar = tmp_path / "ledger", Witness("liar")
    templates.adopted.copy_to(folder)
    policy = folder / "trust" / "policy"
    line = f"witness liar {format_vkey(liar.verifier)}\nquorum liar\n"
    policy.write_text(policy.read_text().replace("quorum none\n", line))
    with Ledger.open(folder, clock=StoryClock(START), signer=templates.adopted.signer) as ledger:
        text = parse_note(ledger.log.checkpoint()).text
        ledger.witnessing.store.keep(ledger.size, ledger.log.root(), [liar.line(text, 2**63 - 1)])
        ledger.views.wait()
        with serving(ledger) as url, httpx.Client(base_url=url, timeout=60) as client:
            [item] = [one for one in client.get("/api/v1/witnesses").json()["items"] if one["name"] == "liar"]
            assert item["cosigned"] == {"at": "9999-01-01T00:00:00Z", "size": ledger.size}
            for path in (
                "/api/v1/ledger",
                "/healthz",
                "/es/",
                "/en/",
                "/es/integridad",
                "/en/integrity",
                "/en/entries/3",
            ):
                assert client.get(path).status_code == 200, path


def wait_for_quorum(ledger: Ledger) -> None:
    end = time.monotonic() + LONG_S
    while (latest := ledger.witnessing.latest()) is None or latest.size < ledger.size:
        assert time.monotonic() < end, "the quorum did not come about"
        time.sleep(0.02)
