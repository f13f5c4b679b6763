"""`constancia init`: the key ceremony. The genesis is drafted once and signed with every founder's root key.

It works on one machine (with all key files) or on several: each founder signs the drafted genesis with
`constancia sign`, and this command collects the signed files. It opens the ledger when all signatures are present.
"""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.terminal import MAX_JSON_BYTES, Lines, fail, guarded, message, now, passphrase, say

if TYPE_CHECKING:
    from constancia.ledger.folder import LedgerFolder

DRAFT = "genesis.statement.json"
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
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro nuevo. / Folder of the new ledger.")],
    ceremony: Annotated[
        Path | None, typer.Option(help="Archivo TOML con origen, partes y reglas. / TOML file: origin, parties, rules.")
    ] = None,
    signed: Annotated[
        list[Path] | None, typer.Option(help="Génesis firmada por una raíz (repetible). / Genesis signed by a root.")
    ] = None,
    log_passphrase_file: Annotated[
        Path | None, typer.Option(help="Frase de la llave del libro. / The log key's passphrase.")
    ] = None,
) -> None:
    """Abre un libro nuevo: ceremonia de llaves. / Open a new ledger: the key ceremony.

    1. Cada parte: constancia keygen inai.pem (entrega sólo inai.pub.json).
    2. constancia init libro --ceremony ceremonia.toml  → libro/genesis.statement.json
    3. Cada parte: constancia sign genesis.statement.json --key inai.pem --out inai.signed.json
    4. constancia init libro --signed inai.signed.json --signed nosc.signed.json --signed sfp.signed.json

    El TOML lleva origin, timezone y charter, las tablas name y rules, y una tabla founders por parte, con party, kind,
    key y legal_name. Si el libro tiene otros idiomas, tipos de parte o calidades: languages, party_kinds, capacities
    (examples/rio-inventado). Sin opciones imprime un ejemplo. / Without options it prints an example.
    """
    from constancia.ledger.folder import LedgerFolder

    places = LedgerFolder(folder)
    if places.store.exists() and not (signed and _is_unfinished(folder)):
        raise fail(message("init.exists", folder=folder))
    if ceremony is not None:
        _draft(places, ceremony, log_passphrase_file)
    elif signed:
        _open(places, signed, log_passphrase_file)
    else:
        raise fail(message("init.what", example=Lines(EXAMPLE)))


def _is_unfinished(folder: Path) -> bool:
    """Tell whether opening the ledger was cut short: it has no entry yet, or its genesis alone."""
    from constancia.ledger.disk.database import is_half_made
    from constancia.ledger.folder import peek

    return is_half_made(folder / "ledger.sqlite") or peek(folder).size <= 1


def _draft(places: "LedgerFolder", ceremony: Path, passphrase_file: Path | None) -> None:
    from constancia.domain.catalogue import UnknownAct, parse_act
    from constancia.domain.kernel.calendar import format_instant, local_day
    from constancia.domain.kernel.editions import NEWEST
    from constancia.ledger.disk.documents import MAX_DOCUMENT_BYTES, Documents
    from constancia.ledger.disk.durable import write_file
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
    secret = passphrase(passphrase_file, "passphrase.log", confirm=True)
    if not (places.path / DRAFT).exists():
        places.log_key.unlink(missing_ok=True)  # of a draft that was cut short: nothing names this key yet
    signer = places.make_log_key(origin, secret)
    body: dict[str, Any] = {
        "charter": {
            "media_type": "text/markdown",
            "sha256": Documents(places.documents).put(charter),
            "size": len(charter),
            "title": dict.fromkeys(own["languages"], plan["charter"]),
        },
        "demonstration": bool(plan.get("demonstration", False)),
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
    from constancia.domain.kernel.languages import DEFAULT_LANGUAGES

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


def _open(places: "LedgerFolder", signed: list[Path], passphrase_file: Path | None) -> None:
    from constancia.domain.identity.key_material import key_id_of
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.disk.database import is_half_made
    from constancia.ledger.folder import peek
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.submission import MAX_SIGNED_BYTES, SignedStatement, parse_signed
    from constancia.verify.core.formats.statement import parse_statement
    from constancia.verify.sources.files import read_named

    raw = read_named(places.path / DRAFT, MAX_SIGNED_BYTES)
    statement = parse_statement(raw)
    by_key = {}
    for path in signed:
        other = parse_signed(read_named(path, MAX_SIGNED_BYTES))
        if other.statement.raw != raw:
            raise fail(message("init.other", path=path, draft=places.path / DRAFT))
        by_key.update({str(signature.key): signature for signature in other.signatures})
    expected = {founder["party"]: key_id_of(founder["root"]["public_key"]) for founder in statement.body["founders"]}
    absent = [party for party, key in expected.items() if key not in by_key]
    if absent:
        raise fail(message("init.missing", parties=", ".join(absent)))
    signer = places.load_log_key(statement.ledger, passphrase(passphrase_file, "passphrase.log"))
    # Where the genesis was recorded and the rest was cut short, the same bytes get the same entry.
    create = not places.store.exists() or is_half_made(places.store) or not peek(places.path).size
    with Ledger.open(places.path, clock=SystemClock(), signer=signer, origin=statement.ledger, create=create) as ledger:
        genesis = SignedStatement(statement=statement, signatures=tuple(by_key[key] for key in expected.values()))
        entry = ledger.append(genesis).entry
        ledger.publish()
    say(message("init.done", leaf=entry.leaf_hash.hex(), trust=places.trust))
