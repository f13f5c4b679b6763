"""`constancia init`: opening a ledger, from an empty folder to the first agreement; one command on every machine.

Who opens the ledger invites the parties; each presents itself, signs the genesis with its root, and says its first
acts. The folder's files say how far it is, so that the same command goes on where it was (`api.cli.opening`).

A ceremony file whose founders already have keys drafts the genesis at once; founders sign it with `constancia sign`.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.log_key import LogKeyOptions, LogKeys, PinFile
from constancia.api.cli.opening.host import DRAFT, GENESIS, INVITATION
from constancia.api.cli.terminal import MAX_JSON_BYTES, Lines, fail, guarded, message, now, say

if TYPE_CHECKING:
    from constancia.api.cli.opening.party import Choices
    from constancia.ledger.folder import LedgerFolder

EXAMPLE = """
origin = "example.org/agreement"
timezone = "America/Mexico_City"
charter = "charter.md"
[name]
es = "Libro del acuerdo"
[rules.decision_rule]
value = "unanimity"
rule_source = "product_default"
[[founders]]
party = "inai"
kind = "autonomous_body"
key = "inai.pub.json"
[founders.legal_name]
es = "Instituto…"
"""


@guarded
def command(
    folder: Annotated[
        Path | None, typer.Argument(help="Su carpeta: la del libro nuevo, o la de su parte. / Your folder.")
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Archivos que recibió. / Files that you received.", show_default=False)
    ] = None,
    ceremony: Annotated[
        Path | None,
        typer.Option("--answers", "--ceremony", help="Archivo TOML con las respuestas. / TOML file with the answers."),
    ] = None,
    signed: Annotated[
        list[Path] | None, typer.Option(help="Génesis firmada por una raíz (repetible). / Genesis signed by a root.")
    ] = None,
    log_passphrase_file: Annotated[
        Path | None, typer.Option(help="Frase de la llave del libro. / The log key's passphrase.")
    ] = None,
    log_key: LogKeys = None,
    log_pin_file: PinFile = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Frase de las llaves de su parte. / Passphrase of your party's keys.")
    ] = None,
    representative_key: Annotated[
        Path | None, typer.Option(help="Llave que su representante ya tiene (.pem o .key). / An existing key.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--cer", help="Certificado de esa e.firma. / Certificate of that e.firma.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="postgresql://…",
            envvar="CONSTANCIA_DATABASE",
            help="Base PostgreSQL vacía donde estará el libro. / Empty PostgreSQL database for the ledger.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="No pedir confirmación. / Do not ask for confirmation.")] = False,
) -> None:
    """Abre un libro entre varias partes, paso a paso. / Open a ledger among several parties, step by step.

    Quien abre el libro / who opens the ledger: constancia init libro

    Cada parte, con lo que recibió / each party, with what it received: constancia init nosc opening.json

    El comando pregunta, guarda cada respuesta, y al final dice quién sigue y con qué comando. Se puede interrumpir y
    repetir. La página entera / the whole page: docs/es/APERTURA.md, docs/OPENING.md.

    Con partes que ya tienen llaves / with parties that have keys: constancia init libro --ceremony ceremonia.toml, y
    después / and then constancia init libro --signed inai.signed.json --signed nosc.signed.json
    """
    from constancia.api.cli.opening.party import Choices

    if folder is None:
        raise fail(message("init.what", example=Lines(EXAMPLE)))
    choices = Choices(
        answers=ceremony,
        passphrase_file=passphrase_file,
        representative_key=representative_key,
        certificate=certificate,
        yes=yes,
    )
    if database is not None:
        _choose_database(folder, database)
    own = LogKeyOptions(passphrase_file=log_passphrase_file, pin_file=log_pin_file, keys=log_key or ())
    try:
        _go_on(folder, [*(files or [])], [*(signed or [])], choices, own)
    except (KeyboardInterrupt, typer.Abort):
        raise fail(message("opening.interrupted", folder=folder), 130) from None


def _choose_database(folder: Path, database: str) -> None:
    """Have the folder of a new ledger remember its database, once it is seen that a ledger can be in it."""
    from constancia.api.cli.opening import party
    from constancia.ledger.folder import LedgerFolder
    from constancia.ledger.store.address import DatabaseAddress, remember_address
    from constancia.ledger.store.postgres.driver import postgres

    if party.is_party_folder(folder):  # a party has no store of its own
        return
    if LedgerFolder(folder).store.exists():
        raise fail(message("init.exists", folder=folder))
    address = DatabaseAddress.read(database)
    postgres().check_writable(address)
    folder.mkdir(parents=True, exist_ok=True)
    remember_address(folder, address)


def _go_on(
    folder: Path, files: Sequence[Path], signed: Sequence[Path], choices: "Choices", given: LogKeyOptions
) -> None:
    """Do the step that a folder and the files given are at."""
    from constancia.api.cli.opening import host, party
    from constancia.ledger.folder import LedgerFolder
    from constancia.verify.sources.layout import CHECKPOINT_NAME

    places, ceremony = LedgerFolder(folder), choices.answers
    # Where the guided opening was cut short after the first entry, its files are there and nothing is published yet.
    resumes = (folder / INVITATION).exists() and not (places.log / CHECKPOINT_NAME).exists()
    is_opened = places.has_store and not ((signed or files or resumes) and _is_unfinished(folder))
    if is_opened:
        raise fail(message("init.exists", folder=folder))
    if signed and not (folder / INVITATION).exists():
        _open(places, signed, given)
    elif ceremony is not None and not files and _has_keys(ceremony):
        _draft(places, ceremony, given)
    elif party.is_party_folder(folder) or _received(files) == "opening/1":
        _as_party(folder, files, choices)
    elif (folder / INVITATION).exists():
        host.go_on(folder, [*files, *signed], given)
    elif files:
        raise fail(message("opening.begin_with", path=files[0], folder=folder))
    else:
        host.invite(folder, ceremony)


def _as_party(folder: Path, files: Sequence[Path], choices: "Choices") -> None:
    """Do a party's next step: by the file that it received, else by what its folder has."""
    from constancia.api.cli.opening import joining, party
    from constancia.api.cli.prompts import is_terminal

    if len(files) > 1:
        raise fail(message("opening.one_file", path=files[1]))
    kind = _received(files)
    if kind == "opening/1":
        party.join(folder, files[0], choices)
    elif kind == "genesis/1":
        party.sign_genesis(folder, files[0], choices)
        if is_terminal():
            joining.go_on_online(folder, choices)
    elif files:
        raise fail(message("opening.not_for_party", path=files[0], kind=kind or "?", file=GENESIS))
    elif (folder / GENESIS).exists():
        if not party.has_signed(folder):  # it was cut short between the two files
            party.sign_genesis(folder, folder / GENESIS, choices)
        joining.go_on_online(folder, choices)
    else:
        party.present(folder, choices)


def _received(files: Sequence[Path]) -> str | None:
    """Give the kind of the first file; None where there is none, or it is of no kind that an opening has."""
    from constancia.ledger.opening.exchange_file import MAX_BYTES, kind_of
    from constancia.verify.sources.files import read_named

    return kind_of(read_named(files[0], MAX_BYTES)) if files else None


def _has_keys(ceremony: Path) -> bool:
    """Tell whether a ceremony file's founders have keys already: then nobody has to be invited."""
    from constancia.api.cli.opening.plan import read_plan

    founders = read_plan(ceremony).get("founders")
    return isinstance(founders, list) and any(isinstance(item, dict) and "key" in item for item in founders)


def _is_unfinished(folder: Path) -> bool:
    """Tell whether opening the ledger was cut short: it has no entry yet, or its genesis alone."""
    from constancia.ledger.disk.database import is_half_made
    from constancia.ledger.folder import peek

    return is_half_made(folder / "ledger.sqlite") or peek(folder).size <= 1


def _draft(places: "LedgerFolder", ceremony: Path, given: LogKeyOptions) -> None:
    from constancia.domain.catalogue import UnknownAct, parse_act
    from constancia.domain.values.calendar import format_instant, local_day
    from constancia.domain.values.editions import NEWEST
    from constancia.ledger.disk.documents import MAX_DOCUMENT_BYTES, Documents
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.disk.file_store import FolderFiles
    from constancia.ledger.signatory.checkpoint_memory import EMPTY_SEEN
    from constancia.ledger.signatory.draft import Occasion, draft_statement
    from constancia.verify.sources.files import read_named

    try:
        plan = tomllib.loads(read_named(ceremony, MAX_JSON_BYTES).decode())
        charter = read_named(ceremony.parent / plan["charter"], MAX_DOCUMENT_BYTES)
        founders = sorted(
            (_founder(ceremony.parent, founder) for founder in plan["founders"]), key=lambda founder: founder["party"]
        )
        origin, timezone, own = plan["origin"], plan["timezone"], _vocabulary(plan)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise fail(message("init.ceremony", path=ceremony, reason=repr(error), example=Lines(EXAMPLE))) from error
    is_demonstration = bool(plan.get("demonstration", False))
    access = given.within(places.path, is_demonstration=is_demonstration)
    signer = access.make(places, origin, forget=not (places.path / DRAFT).exists())
    body: dict[str, Any] = {
        "charter": {
            "media_type": "text/markdown",
            "sha256": Documents(FolderFiles(places.documents)).put(charter),
            "size": len(charter),
            "title": dict.fromkeys(own["languages"], plan["charter"]),
        },
        "demonstration": is_demonstration,
        "edition": NEWEST,
        "founders": founders,
        "log_key": signer.vkey,
        **({} if signer.cosigner_vkey is None else {"log_cosigner": signer.cosigner_vkey}),
        "name": plan.get("name", dict.fromkeys(own["languages"], origin)),
        "rules": plan.get("rules", {}),
        "timezone": timezone,
        **own,
    }
    try:
        parse_act("LedgerOpened", NEWEST, body)
    except UnknownAct as error:
        places.log_key.unlink()  # nothing was signed with it: the ceremony starts over with the mended file
        raise fail(
            message("draft.form", type="LedgerOpened", rule=error.problem.rule, found=dict(error.problem.found))
        ) from error
    instant = now()
    occasion = Occasion(occurred_on=local_day(instant, timezone).isoformat(), signed_at=format_instant(instant))
    raw = draft_statement(
        "LedgerOpened",
        "ledger",
        body,
        actor={"capacity": "founders"},
        ledger=origin,
        seen=EMPTY_SEEN,
        occasion=occasion,
    )
    write_file(places.path / DRAFT, raw)
    say(message("init.drafted", path=places.path / DRAFT, parties=", ".join(founder["party"] for founder in founders)))


def _vocabulary(plan: dict[str, Any]) -> dict[str, Any]:
    """Give what the ledger has of its own: languages always, kinds of party and capacities where the file lists any."""
    from constancia.domain.values.languages import DEFAULT_LANGUAGES

    own: dict[str, Any] = {"languages": sorted(plan.get("languages", DEFAULT_LANGUAGES))}
    for name, key in (("capacities", "capacity"), ("party_kinds", "kind")):
        if name in plan:
            own[name] = sorted(plan[name], key=lambda item, key=key: str(item[key]))  # type: ignore[misc]
    return own


def _founder(base: Path, item: dict[str, Any]) -> dict[str, Any]:
    import json

    from constancia.verify.sources.files import read_named

    public = json.loads(read_named(base / item["key"], MAX_JSON_BYTES))
    root = {"public_key": public["public_key"], "scheme": public["scheme"]}
    return {"kind": item["kind"], "legal_name": item["legal_name"], "party": item["party"], "root": root}


def _open(places: "LedgerFolder", signed: Sequence[Path], given: LogKeyOptions) -> None:
    """Open a ledger whose genesis was drafted from a ceremony file."""
    from constancia.api.cli.opening.host import parse_signed_file, record_genesis
    from constancia.ledger.submission import MAX_SIGNED_BYTES
    from constancia.verify.core.formats.statement import parse_statement
    from constancia.verify.sources.files import read_named

    statement = parse_statement(read_named(places.path / DRAFT, MAX_SIGNED_BYTES))
    documents = []
    for path in signed:
        document = parse_signed_file(read_named(path, MAX_SIGNED_BYTES))
        if document.statement.raw != statement.raw:
            raise fail(message("init.other", path=path, draft=places.path / DRAFT))
        documents.append(document)
    leaf = record_genesis(places, statement, documents, given)
    say(message("init.done", leaf=leaf, trust=places.trust))
