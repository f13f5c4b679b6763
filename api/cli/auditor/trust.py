"""`constancia trust`: the trust anchors that this user pinned, their fingerprints, and a verifier page of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import USAGE, Force, fail, guarded, language, message, now, say, to_make

if TYPE_CHECKING:
    from constancia.api.client.trust_anchor import TrustAnchor
    from constancia.ledger.publication.trust_page import TrustPage

app = typer.Typer(
    name="trust",
    help="Anclas de confianza de este usuario, y la página propia de una organización. / This user's trust anchors, "
    "and an organization's own page.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
ANCHOR_HELP = (
    "Carpeta de confianza, página que publica una parte (archivo o dirección https); sin ella, la única ancla fijada. "
    "/ Trust folder, or a page that a party publishes (file or https address); by default the only pinned anchor."
)


@app.command()
@guarded
def add(
    anchor: Annotated[
        str,
        typer.Argument(
            metavar="ANCHOR",
            help="Carpeta con policy, genesis y, si hay, checkpoint y tsa/, o página que publica una parte (archivo o "
            "dirección https). / Trust folder, or a page that a party publishes (file or https address).",
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="Carpeta o dirección habitual de ese libro. / Usual location of that ledger.")
    ] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            metavar="AAAAA-…",
            help="Huella que debe tener, como la del papel. / Fingerprint that it must have, as on paper.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Reemplazar el ancla existente. / Replace the existing anchor.")
    ] = False,
) -> None:
    """Fija el ancla de confianza de un libro. / Pin the trust anchor of a ledger.

    Antes de fijarla, compare la huella con lo que las partes publican por otra vía: la carpeta que trae el propio libro
    no prueba nada por sí sola. / First compare the fingerprint with what the parties publish elsewhere.

    Ejemplo / example: constancia trust add https://parte.example.org/verificador.html --source https://libro.example.org
    """
    from constancia.api.client.pinned_trust import TrustError, pin
    from constancia.api.client.trust_anchor import read_anchor
    from constancia.verify.core.formats.note import format_vkey

    given = read_anchor(anchor)
    if fingerprint is not None and _letters(fingerprint) != _letters(_fingerprint(given)):
        raise fail(message("trust.differs", expected=fingerprint, found=_fingerprint(given)))
    try:
        done = pin(given, source=source, replace=replace)
    except TrustError as error:
        raise fail(message("trust.other", origin=str(error))) from error
    for pinned in done:
        trust = pinned.load()
        say(
            message(
                "trust.added",
                origin=pinned.origin,
                publisher=_publisher(trust.word),
                key=format_vkey(trust.policy.logs[pinned.origin]),
                genesis=trust.genesis.hex() if trust.genesis else "∅",
                quorum=trust.policy.quorum,
                fingerprint=(trust.word or {}).get("fingerprint", "∅"),
                folder=pinned.folder,
            )
        )
        if trust.genesis is None:
            say(message("trust.no_genesis"), err=True)


@app.command(name="list")
@guarded
def show() -> None:
    """Lista las anclas fijadas. / List the pinned trust anchors."""
    from constancia.api.client.pinned_trust import pinned, trust_root

    anchors = pinned()
    if not anchors:
        say(message("trust.none", folder=trust_root()))
    for anchor in anchors:
        trust = anchor.load()
        say(
            message(
                "trust.listed",
                origin=anchor.origin,
                publisher=_publisher(trust.word),
                genesis=trust.genesis.hex() if trust.genesis else "∅",
                fingerprint=(trust.word or {}).get("fingerprint", "∅"),
                source=anchor.source or "—",
                folder=anchor.folder,
            )
        )


@app.command()
@guarded
def remove(origin: Annotated[str, typer.Argument(help="Origen del libro. / The ledger's origin.")]) -> None:
    """Elimina el ancla de un libro. / Remove the trust anchor of a ledger."""
    from constancia.api.client.pinned_trust import unpin

    if not unpin(origin):
        raise fail(message("trust.unknown", origin=origin))
    say(message("trust.removed", origin=origin))


@app.command(name="fingerprint")
@guarded
def print_fingerprint(
    anchor: Annotated[str | None, typer.Argument(metavar="[ANCHOR]", help=ANCHOR_HELP)] = None,
) -> None:
    """Escribe la huella de un ancla, en una línea, para imprimirla y compararla. / Print an anchor's fingerprint.

    Ejemplo / example: constancia trust fingerprint confianza
    """
    say(_fingerprint(_anchor(anchor)))


@app.command()
@guarded
def page(
    anchor: Annotated[str | None, typer.Argument(metavar="[ANCHOR]", help=ANCHOR_HELP)] = None,
    publisher: Annotated[
        str | None, typer.Option(metavar="NAME", help="Quién la publica, como «NOSC». / Who publishes it.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Dónde se publicará. / Where it will be published.")
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option("--language", metavar="es|en", help="Idioma en que abre. / Language in which it opens."),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="Fecha; hoy por omisión. / Date; today by default."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Punto de control verificado: un libro más corto, también una copia anterior, será ALTERADO. / "
            "Verified checkpoint: a shorter ledger, an older copy too, will be ALTERED.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Archivo que se escribe. / File to write.")] = Path(
        "verificador.html"
    ),
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="En lugar de hacer una, revisar ésta. / Check this page instead of making one."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Hace el verificador propio de una organización, con su ancla dentro. / Make an organization's own verifier page.

    La página es la de esta versión, con el ancla de confianza y el nombre de quien la publica: quien suelte ahí una
    constancia obtiene un veredicto según esas llaves. Verifique antes el libro. / The page is this release's, with the
    trust anchor and its publisher's name in it. Verify the ledger first.

    Ejemplo / example: constancia trust page confianza --publisher NOSC --address https://nosc.example.org/verificador.html
    """
    if check is not None:
        _check(check)
        return
    if publisher is None:
        raise fail(message("trust.page.publisher"), USAGE)
    made = _made(_anchor(anchor), publisher, address, lang or language(), day, checkpoint)
    from constancia.ledger.disk.durable import write_file

    data = made.html().encode()
    write_file(to_make(out, force=force), data)
    say(message("trust.page.made", path=out, **_about(made)))
    say(message("trust.page.next", address=made.address or "—", fingerprint=made.fingerprint, path=out))


def _made(
    anchor: "TrustAnchor", publisher: str, address: str | None, lang: str, day: str | None, checkpoint: Path | None
) -> "TrustPage":
    from constancia.ledger.publication.trust_page import TrustPage
    from constancia.verify.core.formats.note import MAX_NOTE_BYTES
    from constancia.verify.sources.files import read_named
    from constancia.verify.sources.transit import plain

    if anchor.trust.genesis is None:
        raise fail(message("trust.no_genesis"))
    note = None if checkpoint is None else plain(read_named(checkpoint, MAX_NOTE_BYTES)).decode("utf-8", "replace")
    return TrustPage(
        publisher=publisher,
        address=address,
        date=day or now().date().isoformat(),
        language=lang,
        policy=plain(anchor.files["policy"]).decode(),
        genesis=anchor.trust.genesis.hex(),
        checkpoint=note,
    )


def _check(path: Path) -> None:
    """Say what a page holds, and whether the rest of it is this release's, byte for byte."""
    from constancia.ledger.publication.trust_page import MAX_PAGE_BYTES, OtherPage, check_page
    from constancia.ledger.publication.verifier_page import verifier_page
    from constancia.verify.sources.files import read_named

    data = read_named(path, MAX_PAGE_BYTES)
    try:
        there = check_page(data)
    except OtherPage as error:
        raise fail(message("trust.page.program" if error.is_program else "trust.page.markup", path=path)) from error
    if there is not None:
        say(message("trust.page.checked", path=path, **_about(there)))
    elif data == verifier_page():
        say(message("trust.page.plain", path=path))
    else:
        raise fail(message("trust.page.program", path=path))


def _about(made: "TrustPage") -> dict[str, object]:
    from hashlib import sha256

    from constancia.verify.core.formats.note import format_vkey

    policy = made.trust().policy
    return {
        "publisher": made.publisher,
        "address": made.address or "—",
        "date": made.date,
        "origin": ", ".join(policy.logs),
        "key": ", ".join(map(format_vkey, policy.logs.values())),
        "genesis": made.genesis,
        "quorum": policy.quorum,
        "fingerprint": made.fingerprint,
        "sha256": sha256(made.html().encode()).hexdigest(),
    }


def _anchor(given: str | None) -> "TrustAnchor":
    """Read an anchor; by default the only one that is pinned."""
    from constancia.api.client.pinned_trust import pinned, trust_root
    from constancia.api.client.trust_anchor import read_anchor

    if given is not None:
        return read_anchor(given)
    anchors = pinned()
    if len(anchors) != 1:
        raise fail(message("trust.which", count=len(anchors), folder=trust_root()))
    return read_anchor(anchors[0].folder)


def _fingerprint(anchor: "TrustAnchor") -> str:
    word = anchor.trust.word
    if word is None:
        raise fail(message("trust.no_genesis"))
    return word["fingerprint"]


def _letters(fingerprint: str) -> str:
    """Give a fingerprint as it is compared: a person writes it with other marks between, or in small letters."""
    return "".join(filter(str.isalnum, fingerprint)).upper()


def _publisher(word: object) -> str:
    return str(word.get("publisher", "—")) if isinstance(word, dict) else "—"
