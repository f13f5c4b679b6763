"""Every verb of the command line with its parameters, from the program itself; and a desk on which each can be run."""

import inspect
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer
from tests.api.test_cli_verify import Person
from tests.efirma_files import make_pair
from tests.ledger.template import Templates
from tests.ledger.world import Signed, World

from constancia.api.cli import app
from constancia.api.cli.opening.init import EXAMPLE
from constancia.api.cli.opening.plan import invitation_from, read_plan
from constancia.api.text.paper.links import proof_fragment
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.key_file import generate, save
from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
from constancia.ledger.ledger import Ledger
from constancia.ledger.opening.invitation import write_invitation
from constancia.ledger.submission import signed_document
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.wire.merkle import hash_leaf

SECRET = b"correct horse battery staple"


def verbs(program: typer.Typer = app, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each verb as a person types it, with its parameters and their types."""
    for command in program.registered_commands:
        callback = command.callback
        assert callback is not None
        name = command.name or callback.__name__
        parameters = inspect.signature(callback, eval_str=True).parameters
        yield before + name, {one: _type_of(parameter.annotation) for one, parameter in parameters.items()}
    for group in program.registered_groups:
        assert group.typer_instance is not None
        yield from verbs(group.typer_instance, f"{before}{group.name or group.typer_instance.info.name} ")


def _type_of(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def takes_a_path(kind: Any) -> bool:
    return kind is Path or any(takes_a_path(one) for one in get_args(kind))


@dataclass(frozen=True)
class WorkDesk:
    """A home folder with one of everything that a verb reads; the names are those that the commands below use."""

    person: Person

    @property
    def home(self) -> Path:
        return self.person.home

    def copy_to(self, home: Path) -> "WorkDesk":
        shutil.copytree(self.home, home)
        return WorkDesk(Person(home, self.person.lang))


def lay_out(home: Path, templates: Templates, lang: str = "es") -> WorkDesk:
    """Make the desk: a ledger with its key, a trust folder, keys, a ceremony, a statement, a receipt, a witness."""
    home.mkdir(parents=True)
    ledger = home / "libro"
    world = templates.founded.copy_to(ledger)
    world.now = SystemClock().now()
    (ledger / "keys").mkdir(mode=0o700)
    templates.founded.signer.save(LedgerFolder(ledger).log_key, SECRET)
    secret = home / "passphrase"
    secret.write_bytes(SECRET + b"\n")
    secret.chmod(0o600)
    with Ledger.open(ledger, clock=SystemClock(), signer=templates.founded.signer) as opened:
        opened.documents.put(b"charter")
        opened.publish()
        opened.export(home / "libro.zip")
        receipt = opened.receipt(3)
        (home / "r.tlog-proof").write_bytes(receipt)
        entry = opened.log.entry(3)
        (home / "entry").write_bytes(entry)
        (home / "checkpoint").write_bytes(opened.log.checkpoint())
    (home / "link").write_text(f"https://x.example/e/{hash_leaf(entry).hex()}#{proof_fragment(receipt)}")
    shutil.copytree(ledger / "trust", home / "trust")
    _keys_and_statements(home, world)
    return WorkDesk(Person(home, lang))


def _keys_and_statements(home: Path, world: World) -> None:
    key = generate()
    save(key, home / "inai.pem", SECRET)
    (home / "inai.pub.json").write_text(json.dumps({"key": key.key_id, **key.material}))
    (home / "charter.md").write_text("charter")
    (home / "ceremony.toml").write_text(EXAMPLE, "utf-8")
    _opening(home)
    acted = world.commitment("c1")[0]()
    _write(home, "voto", acted)
    body = json.loads(acted.statement)["body"]
    (home / "body.json").write_text(json.dumps(body))
    keys = NoteKeys.generate()
    keys.save(home / "witness.pem", SECRET, "inai.example/witness")
    cosigner = Cosigner("inai.example/witness", keys.ed25519, keys.mldsa44)
    policy = (home / "trust" / "policy").read_text().splitlines()
    lines = [*policy[:-1], *policy_lines("inai", cosigner.keys), "quorum none"]
    (home / "policy").write_text("\n".join(line for line in lines if line) + "\n")


OPENING = """
origin = "example.org/opening"
address = "http://127.0.0.1:9"
timezone = "UTC"
name = { es = "Libro" }
committee = { name = { es = "Comité" }, mandate = { es = "Coordinar" } }
agreement = { title = { es = "Acuerdo" }, texts = { es = "charter.md" } }
[[founders]]
party = "nosc"
kind = "civil_society_group"
legal_name = { es = "Núcleo" }
[[founders]]
party = "sfp"
kind = "federal_ministry"
legal_name = { es = "Secretaría" }
"""


def _opening(home: Path) -> None:
    """An opening's answers and invitation, a party's answers, and an e.firma."""
    (home / "opening.toml").write_text(OPENING, "utf-8")
    (home / "party.toml").write_text('[representative]\nname = "Ana"\npost = "Directora"\n', "utf-8")
    invitation = invitation_from(read_plan(home / "opening.toml"), home)
    (home / "opening.json").write_bytes(write_invitation(invitation))
    make_pair(home, secret=SECRET)


def _write(home: Path, name: str, signed: Signed) -> None:
    (home / f"{name}.statement.json").write_bytes(signed.statement)
    (home / f"{name}.signed.json").write_bytes(signed_document(signed.statement, signed.signatures))
