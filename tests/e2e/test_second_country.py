"""A second example, of another country: five parties, Portuguese and Spanish, another zone, words of its own.

Played by the key ceremony and over HTTP, as any ledger; no code knows of it. Pages, verifiers and command line read it.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser
from tests.api.served import serving
from tests.e2e.test_journey import PASSPHRASE, Desk
from tests.ledger.world import Key

from constancia.domain.catalogue import parse_act
from constancia.domain.values.calendar import format_instant, local_day
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import digest
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.draft import Occasion, draft_statement
from constancia.ledger.submission import signed_document
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.statement import Seen
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLE: Final = ROOT / "examples" / "rio-inventado"
PAGE: Final = ROOT / "verify" / "verificador.html"
STORY: Final[list[dict[str, Any]]] = json.loads((EXAMPLE / "story.json").read_text(encoding="utf-8"))
PARTIES: Final = ("p-delta", "p-norte", "p-pesca", "p-rede", "p-sul")
ZONE: Final = "America/Sao_Paulo"
# What has a name in the ledger, and is not shown by its id where people read.
IDS: Final = (*PARTIES, "p-amigos", *(f"person-{party}" for party in PARTIES), "first-voice", "second-voice",
              "local-gov", "coop-x", "higher-ed")  # fmt: skip
PAGES: Final = (
    "{lang}/", "{lang}/{acuerdos}", "{lang}/{acuerdos}/rio", "{lang}/{compromisos}", "{lang}/{compromisos}/agua",
    "{lang}/{decisiones}", "{lang}/{decisiones}/d-agua", "{lang}/{registros}", "{lang}/{partes}",
)  # fmt: skip
SEGMENTS: Final = {
    "es": {name: name for name in ("acuerdos", "compromisos", "decisiones", "registros", "partes")},
    "en": {"acuerdos": "agreements", "compromisos": "commitments", "decisiones": "decisions", "registros": "entries",
           "partes": "parties"},
}  # fmt: skip


@dataclass
class Player:
    """Everybody's keys, and what was said: it plays the steps of the story over HTTP."""

    keys: dict[str, Key]
    origin: str
    ledger: Ledger
    http: httpx.Client

    def __post_init__(self) -> None:
        self.said: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, str]] = {}

    def play(self, step: Mapping[str, Any]) -> None:
        if "join" in step:
            return self._join(step["join"])
        for name in step["by"]:
            self.says(name, step["type"], self._whole(step["body"]))
        if step["type"] == "RepresentativeAppointed":
            self.people[step["body"]["appointment"]] = step["body"]
        self.said.setdefault(step["type"], self._whole(step["body"]))
        for document in _files(step["body"]):
            assert self.http.post("/api/v1/documents", content=document).status_code in (200, 201)
        return None

    def _join(self, appointment: str) -> None:
        key = self.keys[appointment] = Key()
        party = self.people[appointment]["party"]
        body = {"appointment": appointment, "key": key.key_id, "party": party, **key.material}
        self.says(appointment, "KeyRegistered", body)
        self.says(f"root:{party}", "KeyEndorsed", {"key": key.key_id, "valid_from": "2019-01-01"})

    def says(self, name: str, type_name: str, body: Mapping[str, Any]) -> None:
        answer = self.hand_in(name, type_name, body)
        assert answer.status_code == 201, (type_name, answer.text)

    def hand_in(self, name: str, type_name: str, body: Mapping[str, Any], stream: str | None = None) -> httpx.Response:
        now = datetime.now(UTC)  # noqa: TID251 - a party's own clock
        raw = draft_statement(
            type_name,
            stream or parse_act(type_name, NEWEST, body).stream(),
            body,
            actor=self._actor(name),
            ledger=self.origin,
            seen=Seen(size=self.ledger.size, root=self.ledger.log.root(self.ledger.size)),
            occasion=Occasion(occurred_on=local_day(now, ZONE).isoformat(), signed_at=format_instant(now)),
        )
        signed = signed_document(raw, [self.keys[name].sign(raw)])
        return self.http.post("/api/v1/entries", content=signed, headers={"Content-Type": "application/json"})

    def _actor(self, name: str) -> dict[str, str]:
        if name.startswith("root:"):
            return {"capacity": "root", "party": name.removeprefix("root:")}
        return {member: self.people[name][member] for member in ("appointment", "capacity", "party", "person")}

    def _whole(self, item: Any) -> Any:
        """A body with documents and digests in place of what stands for them in the story."""
        if isinstance(item, list):
            return [self._whole(member) for member in item]
        if not isinstance(item, dict):
            return item
        if "digest_of" in item:
            return digest(self.said[item["in"]][item["digest_of"]])
        whole = {name: self._whole(member) for name, member in item.items() if name != "file"}
        if "file" in item:
            content = (EXAMPLE / item["file"]).read_bytes()
            about = {"media_type": "text/markdown", "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            return whole | about
        return whole


def _files(item: Any) -> Iterator[bytes]:
    if isinstance(item, list | dict):
        for member in item.values() if isinstance(item, dict) else item:
            yield from _files(member)
    if isinstance(item, dict) and "file" in item:
        yield (EXAMPLE / item["file"]).read_bytes()


@dataclass(frozen=True)
class River:
    """The ledger as it was played: its folder, its address, who can say more."""

    desk: Desk
    url: str
    player: Player

    @property
    def folder(self) -> Path:
        return self.desk.folder / "livro"

    @property
    def trust(self) -> Path:
        return LedgerFolder(self.folder).trust


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Iterator[River]:
    """The ledger, opened by its five founders' key ceremony and played to the end of the story."""
    desk = Desk(tmp_path_factory.mktemp("rio"))
    roots = {party: Key() for party in PARTIES}
    for file in EXAMPLE.iterdir():
        (desk.folder / file.name).write_bytes(file.read_bytes())
    for party, key in roots.items():
        desk.body(f"{party}.pub.json", key=key.key_id, **key.material)
    desk.does("init", "livro", "--ceremony", "ceremony.toml", "--log-passphrase-file", "frase")
    genesis = (desk.folder / "livro" / "genesis.statement.json").read_bytes()
    options: list[str] = []
    for party, key in roots.items():
        (desk.folder / f"{party}.signed.json").write_bytes(signed_document(genesis, [key.sign(genesis)]))
        options += ["--signed", f"{party}.signed.json"]
    assert "Libro abierto" in desk.does("init", "livro", *options, "--log-passphrase-file", "frase")
    folder, origin = LedgerFolder(desk.folder / "livro"), json.loads(genesis)["ledger"]
    signer = folder.load_log_key(origin, PASSPHRASE.encode())
    with (
        Ledger.open(folder.path, clock=SystemClock(), signer=signer) as ledger,
        serving(ledger) as url,
        httpx.Client(base_url=url, timeout=30) as http,
    ):
        player = Player({f"root:{party}": key for party, key in roots.items()}, origin, ledger, http)
        for step in STORY:
            player.play(step)
        yield River(desk, url, player)


def shown(river: River, path: str) -> str:
    answer = river.player.http.get(f"/{path}")
    assert answer.status_code == 200, path
    return answer.text


def words_of(page: str) -> str:
    """What a reader sees: no tags, no attributes, no technical details."""
    for element in ("head", "code", "pre"):
        page = re.sub(rf"<{element}\b.*?</{element}>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def entry_pages(river: River, lang: str) -> list[str]:
    return [f"{lang}/{SEGMENTS[lang]['registros']}/{index}" for index in range(river.player.ledger.size)]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_its_pages_show_names_and_no_ids(river: River, lang: str) -> None:
    paths = [path.format(lang=lang, **SEGMENTS[lang]) for path in PAGES] + entry_pages(river, lang)
    for path in paths:
        seen = words_of(shown(river, path))
        assert [name for name in IDS if re.search(rf"(?<![\w-]){name}(?![\w-])", seen, re.IGNORECASE)] == [], path
        assert "word." not in seen, path
        assert "page." not in seen, path


def test_p1_its_texts_are_shown_in_the_readers_language_or_marked(river: River) -> None:
    spanish, english = shown(river, "es/compromisos/agua"), shown(river, "en/commitments/agua")
    assert "<h1>Medir el agua cada mes</h1>" in spanish
    assert '<span lang="es">' not in spanish
    assert '<h1><span lang="es">Medir el agua cada mes</span></h1>' in english
    assert "<title>Medir el agua cada mes ·" in english
    assert '«<span lang="pt-br">Faculdade do Delta</span>»' in shown(river, "es/partes/p-delta")


def test_its_kinds_capacities_languages_and_zone_are_shown_by_name(river: River) -> None:
    parties = shown(river, "es/partes") + shown(river, "es/partes/p-sul")
    agreement = shown(river, "es/acuerdos/rio")
    for name in ("red de asociaciones", "cooperativa de pesca", "gobierno local", "vocal de reemplazo"):
        assert name in parties
    assert "Portugués" in agreement
    assert '<div class="doc" lang="pt"' in agreement
    assert ZONE in parties
    assert "Mexico" not in parties


def test_it_is_intact_for_the_verifier_at_every_level(river: River) -> None:
    river.player.ledger.publish()
    path = river.desk.folder / "livro.zip"
    river.player.ledger.export(path)
    with open_source(str(path)) as source:
        report = audit(source, load_trust(river.trust), further=(Replay(datetime.now(UTC)),), all_faults=True)  # noqa: TID251
    assert report.verdict is Verdict.INTACT, report_text(report, "en")
    assert report.checked["L3"]["moves"] == river.player.ledger.size
    assert "ÍNTEGRO" in river.desk.does("verify", "livro.zip", "--trust", "livro/trust", "--replay")
    assert "ÍNTEGRO" in river.desk.does("verify", f"{river.url}/", "--trust", "livro/trust", "--replay")
    assert "ÍNTEGRO" in river.desk.does("verify", "livro", "--trust", "livro/trust", "--replay")


def test_its_bundle_is_intact_for_the_page(river: River, browser: Browser) -> None:
    path = river.desk.folder / "livro-page.zip"
    river.player.ledger.export(path)
    page = browser.new_page()
    page.goto(PAGE.as_uri())
    page.set_input_files("#trustfiles", [river.trust / name for name in ("policy", "genesis")])
    page.set_input_files("#file", path)
    page.wait_for_selector("#status h2")
    report: dict[str, Any] = page.evaluate("window.constanciaReport")
    assert (report["verdict"], report["size"]) == ("intact", river.player.ledger.size), report
    page.close()


def test_the_command_line_shows_it_in_both_languages(river: River) -> None:
    for lang in ("es", "en"):
        for verb in (("state", "livro"), ("log", "livro"), ("show", "1", "--dir", "livro")):
            assert river.desk.does("--lang", lang, *verb)
    standing = river.desk.does("--lang", "en", "state", "livro")
    assert "Acuerdo del río Inventado" in standing
    assert "Universidad del Delta" in standing
    assert "P-DELTA" not in standing


@pytest.mark.parametrize(
    ("type_name", "body", "code", "found"),
    [
        ("PartyNameRecorded", {"lang": "Portugués", "name": "x", "official": False, "party": "p-sul", "used_in": "x"},
         "E_MALFORMED", "body.lang"),
        ("PartyRegistered", {"kind": "federal_ministry", "legal_name": {"es": "x", "pt": "x"}, "party": "p-novo"},
         "E_POLICY", "federal_ministry"),
        ("PartyRegistered", {"kind": "net", "legal_name": {"es": "x"}, "party": "p-novo"}, "E_MALFORMED", "pt"),
        ("PartyRegistered", {"kind": "net", "legal_name": {"en": "x", "pt": "x"}, "party": "p-novo"}, "E_MALFORMED",
         "es"),
    ],
)  # fmt: skip
def test_what_is_not_in_its_words_is_refused_over_http(
    river: River, type_name: str, body: dict[str, Any], code: str, found: str
) -> None:
    answer = river.player.hand_in("ap-p-rede", type_name, body, stream=f"party/{body['party']}")
    assert (answer.status_code >= 400, answer.json()["code"]) == (True, code), answer.text
    assert found in answer.text
