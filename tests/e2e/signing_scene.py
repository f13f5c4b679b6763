"""The short demonstration, served for writing: its people sign with their key files, a browser with passkeys."""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from tests.api.served import UNLIMITED, serving

from constancia.api.demo.witnesses import by_policy_name, running_witnesses
from constancia.domain.identity.key import Key
from constancia.domain.values.calendar import format_instant, local_day
from constancia.domain.values.values import digest
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.key_file import PrivateKey, load
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.draft import Occasion, draft_statement, root_actor, sign_statement
from constancia.ledger.submission import SignedStatement, parse_signed, signed_document
from constancia.verify.core.formats.statement import Seen

A_PASSKEY_THAT_ANSWERS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Scene:
    """The demonstration's ledger, where it is served, and its people's key files."""

    ledger: Ledger
    url: str
    keys: Path
    _loaded: dict[str, PrivateKey] = field(default_factory=dict)

    @property
    def state(self) -> Any:
        return self.ledger.state()

    def key(self, name: str) -> PrivateKey:
        if name not in self._loaded:
            passphrase = (self.keys / "passphrase").read_bytes().rstrip(b"\n")
            self._loaded[name] = load(self.keys / f"{name}.pem", passphrase)
        return self._loaded[name]

    def signed(
        self, name: str, type_name: str, stream: str, body: Mapping[str, Any], statement_id: str | None = None
    ) -> SignedStatement:
        """A statement by a root (`root-sfp`) or by the holder of an appointment, signed with its key file."""
        now = self.ledger.clock.now()
        if name.startswith("root-"):
            actor = root_actor(name.removeprefix("root-"))
        else:
            made = self.state.aggregates[f"appointment/{name}"]
            actor = {
                "appointment": name, "capacity": made.capacity, "party": made.party, "person": made.person,
            }  # fmt: skip
        size = self.ledger.size
        raw = draft_statement(
            type_name, stream, body, actor=actor, ledger=self.ledger.origin, edition=self.state.edition,
            statement_id=statement_id,
            seen=Seen(size=size, root=self.ledger.log.root(size)),
            occasion=Occasion(
                occurred_on=local_day(now, self.state.timezone).isoformat(), signed_at=format_instant(now)
            ),
        )  # fmt: skip
        return parse_signed(signed_document(raw, [sign_statement(raw, self.key(name))]))

    def say(self, name: str, type_name: str, stream: str, body: Mapping[str, Any]) -> int:
        """Record a statement; gives its index."""
        index: int = self.ledger.append(self.signed(name, type_name, stream, body)).entry.index
        return index

    def propose(self, decision: str, by: str = "ap-e-nosc") -> None:
        """Put to the vote that the third deliverable is dropped from the road map."""
        commitment = self.state.aggregates["commitment/rm"]
        scope = commitment.scopes[-1].scope.to_json()
        scope["deliverables"] = [item for item in scope["deliverables"] if item["deliverable"] != "d1.2"]
        body = {
            "commitment": "rm", "decision": decision, "declared_kind": "reduction",
            "from_version": commitment.scopes[-1].version, "scope": scope,
        }  # fmt: skip
        act = {"body": body, "stream": "commitment/rm", "type": "ScopeChanged"}
        proposed = {
            "act": act, "decision": decision, "governance_body": "cc",
            "question": {"es": "¿Se quita el segundo entregable?", "en": "Is the second deliverable dropped?"},
        }  # fmt: skip
        self.say(by, "DecisionProposed", f"decision/{decision}", proposed)

    def freeze(self, agreement: str, version: int, texts: Mapping[str, bytes]) -> None:
        """Put a text forward for signing, in its languages, Spanish being the authentic one."""
        title = {"es": "Convenio de prueba", "en": "Agreement for a test"}
        documents = [
            {"lang": lang, "media_type": "text/markdown", "sha256": self.ledger.documents.put(text), "size": len(text),
             "title": title}
            for lang, text in texts.items()
        ]  # fmt: skip
        docset = {"authentic": "es", "documents": documents}
        draft = {"agreement": agreement, "docset": docset, "parties": ["inai", "nosc", "sfp"], "title": title}
        self.say("ap-s-inai", "AgreementDrafted", f"agreement/{agreement}", draft | {"version": version})
        frozen = {"agreement": agreement, "docset": digest(docset), "required": ["inai", "nosc", "sfp"]}
        self.say("ap-s-inai", "AgreementTextFrozen", f"agreement/{agreement}", frozen | {"version": version})

    def appoint(self, party: str, name: str, scope: list[str]) -> None:
        """Have a party's root appoint somebody new, from today on."""
        body = {
            "appointment": f"ap-{name}", "capacity": "representative", "name": f"Persona {name.upper()}",
            "party": party,
            "person": f"p-{name}", "post": {"es": "Directora general", "en": "Director general"},
            "scope": sorted(scope), "valid_from": local_day(self.ledger.clock.now(), self.state.timezone).isoformat(),
        }  # fmt: skip
        self.say(f"root-{party}", "RepresentativeAppointed", f"appointment/ap-{name}", body)

    def vote(self, name: str, decision: str, choice: str) -> None:
        about = self.state.aggregates[f"decision/{decision}"]
        body = {"choice": choice, "decision": decision, "digest": about.act_digest}
        self.say(name, "VoteCast", f"decision/{decision}", body)

    def endorse(self, party: str, key: str) -> None:
        today = local_day(self.ledger.clock.now(), self.state.timezone).isoformat()
        self.say(f"root-{party}", "KeyEndorsed", f"key/{key}", {"key": key, "valid_from": today})

    def entry(self, index: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ledger.log.entry(index))
        return found


@contextlib.contextmanager
def scene_in(demo: Path, folder: Path) -> Iterator[Scene]:
    """A copy of the demonstration, open for writing on the machine's clock, served under the name localhost."""
    shutil.copytree(demo, folder)
    places = LedgerFolder(folder)
    passphrase = (folder / "keys" / "passphrase").read_bytes().rstrip(b"\n")
    with Ledger.open(folder, clock=SystemClock(), signer=None) as reading:
        origin = reading.origin
    signer = places.load_log_key(origin, passphrase)
    with (
        running_witnesses(folder) as witnesses,
        Ledger.open(
            folder,
            clock=SystemClock(),
            signer=signer,
            options=Options(cosign=True, witness_urls=by_policy_name(witnesses)),
        ) as ledger,
        serving(ledger, UNLIMITED) as url,
    ):
        yield Scene(ledger, url.replace("127.0.0.1", "localhost"), folder / "keys")


class Device:
    """A browser with an authenticator of its own, as a person has it."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.cdp: CDPSession = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        self.authenticator = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": A_PASSKEY_THAT_ANSWERS})[
            "authenticatorId"
        ]

    def only(self, algorithm: int) -> None:
        """Have the device make keys of one algorithm only, by its COSE number."""
        self.page.add_init_script(
            "const create = navigator.credentials.create.bind(navigator.credentials);"
            "navigator.credentials.create = ({publicKey}) => create({publicKey: {...publicKey, pubKeyCredParams:"
            f"[{{type: 'public-key', alg: {algorithm}}}]}}}});"
        )

    def verified(self, *, is_verified: bool) -> None:
        """Have the authenticator recognize its person, or not."""
        self.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": is_verified}
        )

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})[
            "credentials"
        ]
        return found

    def tab(self) -> Page:
        """Give another tab of the same browser, whose authenticator has the same passkeys: Chromium has one a tab."""
        page = self.context.new_page()
        cdp = self.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {"options": A_PASSKEY_THAT_ANSWERS}
        name = cdp.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]
        for credential in self.credentials():
            cdp.send("WebAuthn.addCredential", {"authenticatorId": name, "credential": credential})
        return page

    def close(self) -> None:
        self.context.close()


def passkeys(scene: Scene) -> list[Key]:
    return [key for key in scene.state.of(Key) if key.scheme == "webauthn"]


def enrol(scene: Scene, device: Device, appointment: str, *, endorsed: bool = True) -> str:
    """Make a passkey on the page; gives the fingerprint that it shows."""
    before = {key.key for key in passkeys(scene)}
    page = device.page
    page.goto(f"{scene.url}/es/llaves/{appointment}")
    page.click("#make")
    page.locator(".print code").last.wait_for()
    [key] = [key for key in passkeys(scene) if key.key not in before]
    shown = page.locator(".print code").last.inner_text()
    assert shown.replace(" ", "") == key.key[:32]
    assert (key.appointment, key.rp_id, key.origins) == (appointment, "localhost", (scene.url,))
    if endorsed:
        scene.endorse(key.party, key.key)
    return shown


def choose(device: Device, address: str, option: str, words: str | None = None) -> Page:
    page = device.page
    page.goto(address)
    page.click(f"[data-option={option}]")
    if words is not None:
        page.fill("#words-es", words)
    page.wait_for_selector("#confirm:not([disabled])")
    return page


def confirm(page: Page) -> int:
    page.click("#confirm")
    page.wait_for_url("**/constancia")
    return int(page.url.split("/")[-2])


def without_pauses(page: Page) -> None:
    """Have what the page puts off, such as its next try, done at once, until it is opened again."""
    page.evaluate("const wait = setTimeout; window.setTimeout = (run, pause, ...more) => wait(run, 0, ...more); 0")


def message(page: Page) -> str:
    page.wait_for_selector("#message.bad, #message.warn")
    return page.locator("#message").inner_text()


@contextlib.contextmanager
def signatory_in(scene: Scene, browser: Browser, appointment: str) -> Iterator[Device]:
    """A person's own device, with a passkey that was endorsed for an appointment."""
    made = Device(browser, locale="es-MX")
    enrol(scene, made, appointment)
    yield made
    made.close()
