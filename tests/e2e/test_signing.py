"""The signatory's way in a real browser with a virtual authenticator: enrol, be endorsed, read, vote, sign, receipt."""

import base64
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_der_public_key
from playwright.sync_api import Browser
from tests.e2e.axe_rules import broken_in_a_scheme
from tests.e2e.busy import slowness
from tests.e2e.signing_scene import (
    Device,
    Scene,
    choose,
    confirm,
    enrol,
    message,
    scene_in,
    signatory_in,
    without_pauses,
)
from tests.e2e.test_page_verifier import PAGE, trusted_files
from tests.profile import THOROUGH, sampled

from constancia.verify.audit.run import audit
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

ES256, EDDSA = -7, -8
FOR_A = "/es/firmar/p-a/decision"
AT_MOST_S = 2


@pytest.fixture(scope="module")
def scene(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene_in(demo, tmp_path_factory.mktemp("signing") / "demo") as made:
        yield made


@pytest.fixture
def device(browser: Browser) -> Iterator[Device]:
    made = Device(browser, locale="es-MX")
    yield made
    made.close()
    unexpected = [text for text in made.said if "pubKeyCredParams" not in text and "Failed to load" not in text]
    assert unexpected == []


@pytest.mark.parametrize("algorithm", sampled([ES256], [ES256, EDDSA]))
def test_from_the_link_to_the_receipt(
    scene: Scene, device: Device, tmp_path: Path, browser: Browser, algorithm: int
) -> None:
    """Enrol, be endorsed, vote against with a reason; the receipt holds for everybody's verifier, without a network.

    `make thorough` does it with EdDSA, too: of a usual run, verifiers are shown such keys and signatures.
    """
    device.only(algorithm)
    enrol(scene, device, "ap-a-sfp")
    name = f"d-way{-algorithm}"
    scene.propose(name)
    notice = httpx.get(f"{scene.url}/es/pendientes/p-a").text
    link = f"{scene.url}{FOR_A}/{name}"
    assert link in notice

    screens = [link]
    device.page.on("framenavigated", lambda frame: screens.append(frame.url))
    page = choose(device, link, "against", "Hace falta el entregable")
    typed = page.evaluate("[...document.querySelectorAll('input[type=text], input:not([type])')].length")
    index = confirm(page)
    assert typed == 0  # nothing is typed but the reason: no identifier
    # The page to read, the review within it, the device's own prompt, the receipt.
    assert len(set(screens)) + 2 <= 4

    entry = scene.entry(index)
    statement = entry["statement"]
    assert (statement["type"], statement["body"]["choice"]) == ("VoteCast", "against")
    assert statement["body"]["explanation"] == {"es": "Hace falta el entregable"}
    assert statement["actor"]["person"] == "p-a"
    assert "Hace falta el entregable" in page.locator("main").inner_text()
    page.locator("#verified", has_text="Comprobado en este navegador").wait_for()

    assert scene.ledger.wait_cosigned(20)
    receipt = tmp_path / "constancia.tlog-proof"
    receipt.write_bytes(httpx.get(f"{scene.url}/api/v1/receipts/{index}").content)
    trust = scene.ledger.folder.trust
    with open_source(str(receipt)) as source:
        assert audit(source, load_trust(trust)).verdict.name == "INTACT"
    assert by_the_page(browser, receipt, trust) == "intact"
    check_by_library_alone(scene, entry)
    check_by_openssl_alone(scene, entry, tmp_path)


def by_the_page(browser: Browser, receipt: Path, trust: Path) -> str:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    page.set_input_files("#trustfiles", trusted_files(trust))
    page.set_input_files("#file", receipt)
    page.wait_for_selector("#status h2")
    verdict: str = page.evaluate("window.constanciaReport.verdict")
    context.close()
    return verdict


def parts(scene: Scene, entry: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    """Of a passkey's signature: the public key, what was signed, the signature; from the entry and the register."""
    [signature] = entry["signatures"]
    key = scene.state.aggregates[f"key/{signature['key']}"]
    client, data = (base64.b64decode(signature[name]) for name in ("client_data", "authenticator_data"))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(client)
    said = json.loads(client)
    raw = json.dumps(entry["statement"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    challenge = hashes.Hash(hashes.SHA256())
    challenge.update(signed_bytes(raw))
    assert base64.urlsafe_b64decode(said["challenge"] + "=") == challenge.finalize()
    return base64.b64decode(key.public_key), data + digest.finalize(), base64.b64decode(signature["sig"])


def check_by_library_alone(scene: Scene, entry: dict[str, Any]) -> None:
    public, message, sig = parts(scene, entry)
    key = load_der_public_key(public)
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(sig, message)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(sig, message, ec.ECDSA(hashes.SHA256()))


def check_by_openssl_alone(scene: Scene, entry: dict[str, Any], folder: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    public, message, sig = parts(scene, entry)
    for name, data in (("key.der", public), ("message", message), ("sig", sig)):
        (folder / name).write_bytes(data)
    edwards = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key.der",
               "-in", "message", "-sigfile", "sig"]  # fmt: skip
    curve = ["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", "key.der", "-signature", "sig", "message"]
    done = subprocess.run(edwards if len(sig) == 64 else curve, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "message").write_bytes(message[:-1] + bytes([message[-1] ^ 1]))
    again = subprocess.run(
        edwards if len(sig) == 64 else curve, cwd=folder, capture_output=True, text=True, check=False
    )
    assert again.returncode != 0


@pytest.fixture(scope="module")
def signatory(scene: Scene, browser: Browser) -> Iterator[Device]:
    with signatory_in(scene, browser, "ap-a-sfp") as made:
        yield made


def test_last_vote_and_signature_are_one_ceremony_of_two_entries(scene: Scene, signatory: Device) -> None:
    scene.propose("d-both")
    scene.vote("ap-e-nosc", "d-both", "for")
    scene.vote("ap-g-inai", "d-both", "for")
    page = choose(signatory, f"{scene.url}{FOR_A}/d-both", "for")
    assert "dos firmas" in page.locator("#ceremony").inner_text()
    index = confirm(page)
    vote, signature = scene.entry(index - 1)["statement"], scene.entry(index)["statement"]
    assert (vote["type"], signature["type"]) == ("VoteCast", "DecisionSigned")
    assert signature["seen"]["size"] == index  # it saw the vote
    assert "Lo demás que esta persona firmó" in page.locator("main").inner_text()


def test_ceremony_that_stops_half_way_says_what_is_recorded(scene: Scene, signatory: Device) -> None:
    scene.propose("d-half")
    scene.vote("ap-e-nosc", "d-half", "for")
    scene.vote("ap-g-inai", "d-half", "for")
    page = choose(signatory, f"{scene.url}{FOR_A}/d-half", "for")

    def then_forget(route: Any) -> None:
        answer = route.fetch()
        signatory.verified(is_verified=False)
        route.fulfill(response=answer)

    page.route("**/api/v1/entries", then_forget, times=1)
    page.click("#confirm")
    try:
        text = message(page)
    finally:
        signatory.verified(is_verified=True)
    assert f"Su voto quedó en el registro {scene.ledger.size - 1}" in text
    assert scene.state.aggregates["decision/d-half"].status == "adopted"
    index = confirm(choose(signatory, page.url, "sign"))
    assert scene.entry(index)["statement"]["type"] == "DecisionSigned"
    assert votes_of(scene, "/d-half") == ["for"]


def test_signs_declines_and_dissents(scene: Scene, signatory: Device) -> None:
    scene.propose("d-later")
    scene.vote("ap-g-inai", "d-later", "for")
    index = confirm(choose(signatory, f"{scene.url}{FOR_A}/d-later", "for"))
    assert scene.entry(index)["statement"]["type"] == "VoteCast"
    scene.vote("ap-e-nosc", "d-later", "for")
    page = choose(signatory, f"{scene.url}{FOR_A}/d-later", "decline", "Falta el dictamen jurídico")
    index = confirm(page)
    said = scene.entry(index)["statement"]
    assert (said["type"], said["body"]["text"]) == ("DissentRecorded", {"es": "Falta el dictamen jurídico"})
    index = confirm(choose(signatory, f"{scene.url}{FOR_A}/d-later", "sign"))
    assert scene.entry(index)["statement"]["type"] == "DecisionSigned"
    page.goto(f"{scene.url}{FOR_A}/d-later")
    assert "Su parte ya firmó" not in page.locator("main").inner_text()  # it may still dissent
    assert page.locator("[data-option]").evaluate_all("all => all.map(each => each.dataset.option)") == ["dissent"]


def test_a_reason_is_asked_where_the_act_needs_one(scene: Scene, signatory: Device) -> None:
    scene.propose("d-reason")
    page = signatory.page
    page.goto(f"{scene.url}{FOR_A}/d-reason")
    page.click("[data-option=dissent]")
    page.wait_for_selector("#signed dd")
    assert page.locator("#confirm").is_disabled()
    page.fill("#words-es", "   ")
    assert page.locator("#confirm").is_disabled()
    page.fill("#words-es", "Sí")
    assert page.locator("#confirm").is_enabled()
    page.fill("#words-es", "oculto\u202eal revés")
    assert "caracteres que no se ven" in message(page)
    assert page.locator("#confirm").is_disabled()


def test_from_the_click_to_the_receipt_takes_less_than_two_seconds_and_nobody_else_is_asked(
    scene: Scene, signatory: Device
) -> None:
    took, is_in_time = [], False
    signatory.asked.clear()
    for number in range(5):
        scene.propose(f"d-time{number}")
        page = choose(signatory, f"{scene.url}{FOR_A}/d-time{number}", "abstain")
        begun = time.monotonic()
        confirm(page)
        took.append(time.monotonic() - begun)
        is_in_time = is_in_time or took[-1] < AT_MOST_S * slowness()
        if is_in_time and not THOROUGH:
            break
    print(f"click to receipt, median of {len(took)}: {statistics.median(took):.3f} s")  # noqa: T201
    assert is_in_time, "what takes time by itself takes it each time; a busy machine does not"
    assert signatory.asked
    assert {address for address in signatory.asked if not address.startswith(f"{scene.url}/")} == set()
    assert [text for text in signatory.said if "Content Security" in text or "Trusted" in text] == []


def test_each_step_of_signing_breaks_no_rule_of_accessibility(
    scene: Scene, signatory: Device, browser: Browser
) -> None:
    """The page to read, the review, a message of failure; none is wider than a screen of 320 pixels."""
    scene.propose("d-axe")
    device = Device(browser, locale="es-MX", viewport={"width": 320, "height": 640})
    page = device.page

    def faults() -> dict[str, list[Any]]:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        return broken_in_a_scheme(page)

    page.goto(f"{scene.url}{FOR_A}/d-axe")
    page.locator("[data-option=against]:not([disabled])").wait_for()
    assert faults() == {}
    page.keyboard.press("Tab")  # the keyboard alone: to the button, and into the review
    page.locator("[data-option=against]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#confirm:not([disabled])")
    assert page.evaluate("document.activeElement.id") == "review"
    page.locator("summary", has_text="Texto exacto").click()
    assert faults() == {}
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('none', 'NotAllowedError')); }"
    )
    page.click("#confirm")
    message(page)
    assert page.evaluate("document.activeElement.id") == "message"
    assert faults() == {}
    device.close()


# What can go wrong: each ends in a sentence, and in no second act.


@pytest.fixture
def waiting(scene: Scene, request: pytest.FixtureRequest) -> str:
    """A new decision that waits for Persona A; gives the address to sign it."""
    name = f"d-{abs(hash(request.node.name)) % 10**9}"
    scene.propose(name)
    return f"{scene.url}{FOR_A}/{name}"


def votes_of(scene: Scene, address: str) -> list[str]:
    decision = scene.state.aggregates[f"decision/{address.rpartition('/')[2]}"]
    return [vote.choice for vote in decision.votes if vote.mark.party == "sfp"]


def test_cancelled_prompt_signs_nothing(scene: Scene, signatory: Device, waiting: str) -> None:
    size = scene.ledger.size
    page = choose(signatory, waiting, "against")
    signatory.verified(is_verified=False)
    try:
        page.click("#confirm")
        text = message(page)
    finally:
        signatory.verified(is_verified=True)
    assert "No se firmó: se canceló" in text
    assert "No se entregó ni se registró nada" in text
    assert scene.ledger.size == size
    assert confirm(page) == size  # and again, on the same page


@pytest.fixture(scope="module")
def other(scene: Scene, browser: Browser) -> Iterator[Device]:
    """The device of another party's person."""
    with signatory_in(scene, browser, "ap-e-nosc") as made:
        yield made


def test_somebody_elses_device_is_named_before_anything_is_asked(scene: Scene, other: Device, waiting: str) -> None:
    size = scene.ledger.size
    page = choose(other, waiting, "against")
    page.click("#confirm")
    text = message(page)
    assert "sólo hay llaves de Persona E (ficticia) (NOSC), y esto lo firma Persona A (ficticia) (SFP)" in text
    assert "No se firmó nada" in text
    page.click("#message button")  # asked all the same: the key that answers is named, and nothing is handed in
    page.locator("#message", has_text="respondió").wait_for()
    text = message(page)
    assert "la llave que respondió es de Persona E (ficticia) (NOSC)" in text
    assert scene.ledger.size == size


def test_device_without_the_passkey_says_so(scene: Scene, browser: Browser, waiting: str) -> None:
    empty = Device(browser, locale="es-MX")
    size = scene.ledger.size
    page = choose(empty, waiting, "against")
    empty.page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('none', 'NotAllowedError')); }"
    )
    page.click("#confirm")
    assert "este equipo no tiene la llave de Persona A (ficticia)" in message(page)
    assert scene.ledger.size == size
    empty.close()


def test_connection_lost_after_the_click_gives_the_same_receipt(scene: Scene, signatory: Device, waiting: str) -> None:
    page = choose(signatory, waiting, "abstain")
    answered: list[int] = []

    def lose(route: Any) -> None:
        """The first answer is lost on its way back: the entry is recorded, and the page does not know."""
        answered.append(route.fetch().status)
        route.abort()

    page.route("**/api/v1/entries", lose, times=1)
    page.click("#confirm")
    page.wait_for_url("**/constancia", timeout=20_000)
    assert answered == [201]
    assert votes_of(scene, waiting) == ["abstain"]


def test_long_lost_connection_is_handed_in_later(scene: Scene, signatory: Device, waiting: str) -> None:
    page = choose(signatory, waiting, "abstain")
    page.route("**/api/v1/entries", lambda route: route.abort())
    without_pauses(page)
    page.click("#confirm")
    page.locator("#message", has_text="No se sabe").wait_for(timeout=20_000)
    assert votes_of(scene, waiting) == []
    page.unroute("**/api/v1/entries")
    page.reload()
    assert "no se sabe si llegó" in message(page)
    page.click("#message button")
    page.wait_for_url("**/constancia")
    assert votes_of(scene, waiting) == ["abstain"]


def test_clock_off_by_a_day_is_said_before_signing(scene: Scene, signatory: Device, waiting: str) -> None:
    page = signatory.page
    size = scene.ledger.size
    for days, says in ((1, "adelantado"), (-1, "atrasado")):
        page.goto(waiting)
        page.evaluate(f"const now = Date.now; Date.now = () => now() + {days} * 86400000")
        page.click("[data-option=against]")
        page.wait_for_selector("#confirm:not([disabled])")
        page.click("#confirm")
        text = message(page)
        assert says in text
        assert "No se firmó nada" in text
    assert scene.ledger.size == size


def test_second_click_is_no_second_act(scene: Scene, signatory: Device, waiting: str) -> None:
    page = choose(signatory, waiting, "against")
    page.locator("#confirm").click(click_count=3)
    page.wait_for_url("**/constancia")
    assert votes_of(scene, waiting) == ["against"]


def test_page_in_two_tabs_is_one_act(scene: Scene, signatory: Device, waiting: str) -> None:
    page = choose(signatory, waiting, "against")
    other = signatory.tab()
    other.goto(waiting)
    other.click("[data-option=for]")
    other.wait_for_selector("#confirm:not([disabled])")
    confirm(page)
    other.click("#confirm")
    text = message(other)
    assert "Algo se registró en este asunto mientras esta página estaba abierta" in text
    assert "No se firmó nada" in text
    assert votes_of(scene, waiting) == ["against"]
    other.close()


def test_two_tabs_at_the_same_moment_are_one_act(scene: Scene, signatory: Device, waiting: str) -> None:
    """The second tab looked before the first one's act was recorded: the statement's id is the same, and used once."""
    page = choose(signatory, waiting, "against")
    before = httpx.get(waiting.replace("/es/firmar/", "/api/v1/signing/es/")).text
    other = signatory.tab()
    other.route("**/api/v1/signing/**", lambda route: route.fulfill(body=before, content_type="application/json"))
    other.goto(waiting)
    other.click("[data-option=for]")
    other.wait_for_selector("#confirm:not([disabled])")
    index = confirm(page)
    other.click("#confirm")
    text = message(other)
    assert "ya estaba firmado" in text
    assert other.locator("#message a").get_attribute("href") == f"/es/registros/{index}/constancia"
    assert votes_of(scene, waiting) == ["against"]
    other.close()


def test_id_that_somebody_else_has_taken_hinders_nobody(scene: Scene, signatory: Device, waiting: str) -> None:
    """Ids follow from what is signed, so that another party could use one up: the page takes another."""
    page = choose(signatory, waiting, "against")
    data = httpx.get(waiting.replace("/es/firmar/", "/api/v1/signing/es/")).json()
    taken = data["options"][0]["acts"][0]["id"]
    decision = waiting.rpartition("/")[2]
    body = {"decision": decision, "text": {"es": "Me adelanto"}}
    scene.ledger.append(scene.signed("ap-g-inai", "DissentRecorded", f"decision/{decision}", body, taken))
    page.click("#confirm")
    assert "tiene uno nuevo" in message(page).casefold()
    assert votes_of(scene, waiting) == []
    confirm(page)
    assert votes_of(scene, waiting) == ["against"]


def test_appointment_that_ended_meanwhile_signs_nothing(scene: Scene, other: Device, waiting: str) -> None:
    address = waiting.replace("/p-a/", "/p-e/")
    page = choose(other, address, "against")
    body = {"appointment": "ap-e-nosc", "reason": {"es": "Cambio de puesto", "en": "Change of post"}}
    scene.say("root-nosc", "RepresentativeRevoked", "appointment/ap-e-nosc", body)
    size = scene.ledger.size
    page.click("#confirm")
    text = message(page)
    assert "el encargo de Persona E (ficticia) concluyó el" in text
    assert "No se firmó nada" in text
    assert scene.ledger.size == size
    page.reload()
    assert "el encargo de Persona E (ficticia) concluyó el" in page.locator("main").inner_text()
