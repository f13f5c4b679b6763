"""An opening without a terminal: answers from the files of docs/es/APERTURA.md, and what each wrong file gets."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.api.command_line import run_here
from tests.api.served import serving
from tests.efirma_files import RFC, make_pair
from tests.efirma_files import SECRET as EFIRMA

from constancia.api.http.server.startup import StartServer
from constancia.domain.agreements.agreement import Agreement
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.verify.trust.trust_folder import load_trust

PAGE = Path(__file__).resolve().parents[2] / "docs" / "es" / "APERTURA.md"
ORIGIN = "inai.example/hoja-de-ruta"
SECRET = "una frase bastante larga"  # noqa: S105 - of keys made for a test
PARTIES = ("nosc", "sfp")
DONE, FAILED = 0, 76


@dataclass(frozen=True)
class Office:
    """A folder in which `libro`, `nosc` and `sfp` lie: three machines, told apart by their folders."""

    home: Path
    port: int

    def run(self, *arguments: str | Path, lang: str = "es") -> tuple[int, str]:
        own = {name: str(self.home / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        done = run_here(arguments, env={**own, "CONSTANCIA_LANG": lang}, cwd=self.home)
        return done.returncode, done.stdout + done.stderr

    def does(self, *arguments: str | Path) -> str:
        code, text = self.run(*arguments)
        assert code == DONE, text
        return text

    def invite(self, folder: str = "libro", answers: str = "libro.toml") -> None:
        self.does("init", folder, "--answers", answers)

    def present(self, party: str, folder: str | None = None, opening: str = "libro/opening.json") -> Path:
        name = folder or party
        self.does("init", name, opening, "--answers", f"{party}.toml", "--passphrase-file", "frase")
        return self.home / name / f"{party}.party.json"

    def draft(self) -> None:
        files = [self.present(party) for party in PARTIES]
        self.does("init", "libro", *files, "--log-passphrase-file", "frase")

    def sign(self, party: str) -> Path:
        self.does("init", party, "libro/genesis.json", "--yes", "--passphrase-file", "frase")
        return self.home / party / f"{party}.signed.json"

    def refused(self, *arguments: str | Path) -> str:
        """The message of a refusal, after which no file in the home has changed."""
        before = {path: path.read_bytes() for path in self.home.rglob("*") if path.is_file()}
        code, text = self.run(*arguments)
        assert code == FAILED, text
        assert {path: path.read_bytes() for path in self.home.rglob("*") if path.is_file()} == before
        return text

    def edit(self, path: Path, change: Any, name: str = "edited.json") -> Path:
        item = json.loads(path.read_text("utf-8"))
        change(item)
        target = self.home / name
        target.write_text(json.dumps(item, ensure_ascii=False), "utf-8")
        return target


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The answers of the page, with an address of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    text = PAGE.read_text(encoding="utf-8").replace("libro.inai.example:8000", f"127.0.0.1:{port}")
    for name, block in re.findall(r"^```toml\n# (\w+\.toml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(block, "utf-8")
    (tmp_path / "sfp.toml").write_text('[representative]\nname = "Carla Peña"\npost = "Directora"\n', "utf-8")
    (tmp_path / "acuerdo.md").write_text("# Hoja de ruta\n\nLas partes publican.\n", "utf-8")
    (tmp_path / "frase").write_text(f"{SECRET}\n", "utf-8")
    (tmp_path / "frase").chmod(0o600)
    return Office(tmp_path, port)


@pytest.fixture
def drafted(office: Office) -> Office:
    """Up to the genesis that waits for its signatures."""
    office.invite()
    office.draft()
    return office


@pytest.fixture
def opened(drafted: Office) -> Iterator[Office]:
    """Opened, and served at its address; the witness of NOSC does not run."""
    signed = [drafted.sign(party) for party in PARTIES]
    assert "Libro abierto" in drafted.does("init", "libro", *signed, "--log-passphrase-file", "frase")
    folder = LedgerFolder(drafted.home / "libro")
    signer = folder.load_log_key(ORIGIN, SECRET.encode())
    options = Options(guard_clock=True)
    with (
        Ledger.open(folder.path, clock=SystemClock(), signer=signer, options=options) as ledger,
        serving(ledger, port=drafted.port),
    ):
        yield drafted


def go_on(office: Office, party: str) -> str:
    return office.does("init", party, "--yes", "--passphrase-file", "frase")


def test_answers_of_the_page_lead_to_an_agreement_in_force(opened: Office) -> None:
    told = [go_on(opened, party) for _round in range(4) for party in PARTIES]
    assert "El primer acuerdo está en vigor: 17 registros" in told[-1]
    with Ledger.open(opened.home / "libro", clock=SystemClock(), signer=None) as ledger:
        [agreement] = ledger.state().of(Agreement)
        assert agreement.status == "in_force"
        cited = agreement.current.docset.documents[0].sha256
        assert ledger.documents.get(cited) == (opened.home / "acuerdo.md").read_bytes()
    for party in PARTIES:
        policy = load_trust(opened.home / party / "trust").policy
        assert [name for name in policy.witnesses if not name.startswith("log")] == ["nosc", "nosc-mldsa44"]
        assert policy.groups["parties"].needed == 1
    text = opened.run("verify", f"http://127.0.0.1:{opened.port}", "--trust", "sfp/trust")[1]
    assert "NO CONCLUYENTE" in text, "the policy asks for the witness, which does not run"


def test_g2_charter_that_the_roots_sign_holds_the_policy(drafted: Office) -> None:
    statement = json.loads((drafted.home / "libro" / "genesis.statement.json").read_bytes())
    drafted.sign("nosc")
    charter = (drafted.home / "libro" / "documents" / statement["body"]["charter"]["sha256"]).read_text("utf-8")
    policy = (drafted.home / "nosc" / "trust" / "policy").read_text("utf-8")
    assert "quorum parties" in policy
    assert policy.rstrip() in charter


def test_the_page_that_is_served_names_what_is_next(opened: Office) -> None:
    text = go_on(opened, "nosc")
    assert "Turno de: SFP" in text
    assert len(list((opened.home / "nosc" / "receipts").iterdir())) == 4


def test_the_same_command_goes_on_where_it_was(office: Office) -> None:
    office.invite()
    first = office.present("nosc").read_bytes()
    again = office.present("nosc").read_bytes()
    assert again == first
    assert "nosc/nosc.party.json" in office.does("init", "nosc")
    text = office.does("init", "libro")
    assert "Falta el archivo de: NOSC, SFP" in text


def test_genesis_that_was_received_and_not_signed_yet_is_signed_at_the_next_run(opened: Office) -> None:
    signed = opened.home / "nosc" / "nosc.signed.json"
    before = signed.read_bytes()
    signed.unlink()
    go_on(opened, "nosc")
    assert signed.read_bytes() == before


def test_opening_that_was_cut_short_after_the_genesis_is_finished_at_the_next_run(drafted: Office) -> None:
    signed = [drafted.sign(party) for party in PARTIES]
    drafted.does("init", "libro", *signed, "--log-passphrase-file", "frase")
    shutil.rmtree(drafted.home / "libro" / "log")
    assert "Libro abierto" in drafted.does("init", "libro", "--log-passphrase-file", "frase")
    assert "constancia serve --dir libro" in drafted.refused("init", "libro")


def test_witness_of_a_party_needs_its_genesis(office: Office) -> None:
    office.invite()
    office.present("nosc")
    assert "constancia init nosc genesis.json" in office.refused("witness", "--dir", "nosc")


def test_languages_kinds_and_capacities_of_its_own(office: Office) -> None:
    path = office.home / "libro.toml"
    text = (
        path.read_text("utf-8").replace('"federal_ministry"', '"conselho"').replace('"civil_society_group"', '"rede"')
    )
    text = re.sub(r'\{ es = "([^"]*)" \}', r'{ es = "\1", pt = "\1" }', text)
    own = """languages = ["pt", "es"]
party_kinds = [
  { kind = "rede", name = { es = "red", pt = "rede" } },
  { kind = "conselho", name = { es = "consejo", pt = "conselho" } },
]
capacities = [{ capacity = "vocal", name = { es = "vocal", pt = "vogal" } }]
"""
    path.write_text(own + text, "utf-8")
    office.invite()
    options = ("--answers", "nosc.toml", "--passphrase-file", "frase")
    assert "se esperaba uno de vocal" in office.run("init", "nosc", "libro/opening.json", *options)[1]
    for party in PARTIES:
        answers = '[representative]\nname = "Ana"\ncapacity = "vocal"\npost = { es = "Vocal", pt = "Vogal" }\n'
        (office.home / f"{party}.toml").write_text(answers, "utf-8")
    office.draft()
    body = json.loads((office.home / "libro" / "genesis.statement.json").read_bytes())["body"]
    assert (body["languages"], [item["kind"] for item in body["party_kinds"]]) == (["es", "pt"], ["conselho", "rede"])


def test_folder_with_a_ledgers_key_is_left_as_it_is(office: Office) -> None:
    key = office.home / "libro" / "keys" / "log.pem"
    key.parent.mkdir(parents=True)
    key.write_text("llave", "utf-8")
    assert "en otra carpeta" in office.refused("init", "libro", "--answers", "libro.toml")


def test_keys_that_were_made_before_the_interruption_are_used(office: Office) -> None:
    office.invite()
    path = office.present("nosc")
    before = json.loads(path.read_bytes())
    path.unlink()
    after = json.loads(office.present("nosc").read_bytes())
    assert before == after


def test_a_representative_has_a_key_of_another_file(office: Office) -> None:
    office.invite()
    office.does("keygen", "bruno.pem", "--passphrase-file", "frase")
    options = ("--answers", "nosc.toml", "--passphrase-file", "frase", "--representative-key", "bruno.pem")
    office.does("init", "nosc", "libro/opening.json", *options)
    item = json.loads((office.home / "nosc" / "nosc.party.json").read_bytes())
    public = json.loads((office.home / "bruno.pub.json").read_bytes())
    assert item["representative"]["key"]["public_key"] == public["public_key"]
    assert not (office.home / "nosc" / "representative.pem").exists()


def test_a_representative_signs_with_an_e_firma_and_not_with_a_seal(office: Office) -> None:
    office.invite()
    (office.home / "frase").write_bytes(EFIRMA + b"\n")
    options = ("--answers", "nosc.toml", "--passphrase-file", "frase", "--representative-key", "ana.key")
    make_pair(office.home, seal=True)
    code, text = office.run("init", "nosc", "libro/opening.json", *options)
    assert (code, "sello para facturas (CSD)" in text) == (FAILED, True)
    make_pair(office.home)
    office.does("init", "nosc", *options)
    item = json.loads((office.home / "nosc" / "nosc.party.json").read_bytes())
    assert item["representative"]["key"]["scheme"] == "rsa-pkcs1-sha256"
    assert RFC not in json.dumps(item)


def test_white_space_that_a_mail_adds_is_nothing(office: Office) -> None:
    office.invite()
    path = office.present("nosc")
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=3) + "\r\n\r\n", "utf-8")
    assert "de NOSC, completo" in office.does("init", "libro", path)


def test_party_file_that_was_edited_is_refused(office: Office) -> None:
    office.invite()
    path = office.present("nosc")
    edited = office.edit(path, lambda item: item["representative"].update(name="Otra Persona"))
    assert "como lo firmó su parte" in office.refused("init", "libro", edited)


def test_file_of_another_opening_is_refused(office: Office) -> None:
    office.invite()
    toml = (office.home / "libro.toml").read_text("utf-8").replace("hoja-de-ruta", "otra")
    (office.home / "otro.toml").write_text(toml, "utf-8")
    office.invite("otro", "otro.toml")
    path = office.present("nosc", "n2/nosc", "otro/opening.json")
    assert "un archivo de esta apertura" in office.refused("init", "libro", path)
    office.present("sfp")
    assert "de otra apertura" in office.refused("init", "sfp", "otro/opening.json", "--answers", "sfp.toml")


def test_second_file_of_a_party_with_another_root_is_refused(office: Office) -> None:
    office.invite()
    office.does("init", "libro", office.present("nosc"))
    assert "Pregunte por teléfono" in office.refused("init", "libro", office.present("nosc", "impostor/nosc"))


def test_party_that_nobody_invited_is_refused(office: Office) -> None:
    office.invite()
    text = office.refused("init", "inai", "libro/opening.json", "--answers", "nosc.toml")
    assert "llame a la carpeta como una de nosc, sfp" in text


def test_files_for_another_machine_are_refused(drafted: Office) -> None:
    assert "no es un archivo para quien abre el libro" in drafted.refused("init", "libro", "libro/genesis.json")
    text = drafted.refused("init", "nosc", "sfp/sfp.party.json")
    assert "no es un archivo para una parte (party/1)" in text
    assert "constancia init nuevo opening.json" in drafted.refused("init", "nuevo", "sfp/sfp.party.json")
    drafted.sign("nosc")
    assert "no es un archivo para una parte (signed)" in drafted.refused("init", "sfp", "nosc/nosc.signed.json")
    assert "no es un archivo" in drafted.refused("init", "sfp", "acuerdo.md")


def test_genesis_with_another_root_person_or_witness_is_refused(drafted: Office) -> None:
    genesis = drafted.home / "libro" / "genesis.json"
    impostor = json.loads(drafted.present("nosc", "impostor/nosc").read_bytes())
    swapped = drafted.edit(genesis, lambda item: item["parties"].__setitem__(0, impostor))
    text = drafted.refused("init", "nosc", swapped, "--yes", "--passphrase-file", "frase")
    assert "la génesis que resulta de los archivos de las partes" in text
    edited = drafted.edit(genesis, lambda item: item["statement"]["body"].update(timezone="UTC"))
    assert "la génesis que resulta" in drafted.refused("init", "nosc", edited, "--yes", "--passphrase-file", "frase")


def test_host_that_puts_another_file_in_place_of_a_partys_is_found_by_that_party(office: Office) -> None:
    office.invite()
    office.present("nosc")
    files = [office.present("nosc", "impostor/nosc"), office.present("sfp")]
    office.does("init", "libro", *files, "--log-passphrase-file", "frase")
    text = office.refused("init", "nosc", "libro/genesis.json", "--yes", "--passphrase-file", "frase")
    assert "no tiene a NOSC como se presentó" in text


def test_signature_of_another_key_or_another_genesis_is_refused(drafted: Office) -> None:
    drafted.does("keygen", "ajena.pem", "--passphrase-file", "frase")
    options = ("--key", "ajena.pem", "--passphrase-file", "frase", "--yes", "--out", "ajena.signed.json")
    text = drafted.does("sign", "libro/genesis.statement.json", *options)
    assert "constancia init LIBRO --signed ajena.signed.json" in text
    assert "no tiene una firma correcta" in drafted.refused("init", "libro", "ajena.signed.json")
    path = drafted.sign("nosc")
    item = json.loads(path.read_bytes())
    item["statement"]["body"]["timezone"] = "UTC"
    text = json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (drafted.home / "otra.signed.json").write_text(text, "utf-8")
    assert "no firma la misma génesis" in drafted.refused("init", "libro", "otra.signed.json")


def test_server_that_still_starts_is_not_open_yet(drafted: Office) -> None:
    drafted.sign("nosc")
    with socket.create_server(("127.0.0.1", drafted.port)) as listener, StartServer(listener):
        assert "Nadie responde aún" in drafted.refused("init", "nosc", "--yes", "--passphrase-file", "frase")


def test_server_with_another_ledger_gets_no_signature(opened: Office) -> None:
    (opened.home / "second").mkdir()
    second = Office(opened.home / "second", opened.port)
    for name in ("libro.toml", "nosc.toml", "sfp.toml", "acuerdo.md", "frase"):
        shutil.copy(opened.home / name, second.home)
    second.invite()
    second.draft()
    second.sign("nosc")
    text = second.refused("init", "nosc", "--yes", "--passphrase-file", "frase")
    assert "tiene otro libro que el de la génesis que esta parte firmó" in text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('party = "sfp"', 'party = "SFP"', "identificador"),
        ('party = "sfp"', 'party = "nosc"', "parties"),
        ('kind = "federal_ministry"', 'kind = "ministerio"', "kind"),
        ("America/Mexico_City", "Ciudad de México", "zona horaria"),
        ("http://127", "ftp://127", "dirección"),
        ('origin = "inai.example/hoja-de-ruta"', 'origin = "con espacio"', "sin espacios"),
        ("[agreement]", "[acuerdo]", "agreement"),
        ('texts = { es = "acuerdo.md" }', 'texts = { es = "falta.md" }', "falta.md"),
        ('texts = { es = "acuerdo.md" }', 'texts = { en = "acuerdo.md" }', "un texto al menos en es"),
        ("[committee]", "[committee", "TOML"),
        ('title = { es = "Hoja', 'title = { en = "Hoja', "cada texto en es"),
    ],
)
def test_answers_are_judged_at_once(office: Office, old: str, new: str, words: str) -> None:
    path = office.home / "libro.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    told = office.refused("init", "libro", "--answers", "libro.toml")
    assert words in told
    assert not (office.home / "libro").exists()


def test_without_a_terminal_and_without_answers_it_ends_and_names_the_file(office: Office) -> None:
    for lang, words in (("es", "RESPUESTAS.toml"), ("en", "ANSWERS.toml")):
        code, text = office.run("init", "libro", lang=lang)
        assert code == FAILED
        assert words in text
    office.invite()
    code, text = office.run("init", "nosc", "libro/opening.json")
    assert (code, "constancia init nosc --answers RESPUESTAS.toml" in text) == (FAILED, True)
    office.does("init", "nosc", "--answers", "nosc.toml", "--passphrase-file", "frase")
    assert (office.home / "nosc" / "nosc.party.json").exists()
