"""Short forms of `constancia draft` for what the parties do every week: `constancia votar d-4 --en-contra`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from constancia.api.cli.draft import write_draft
from constancia.api.cli.preparing import Answers, Request, Saved, answers_in, asked_act
from constancia.api.cli.terminal import USAGE, Force, fail, guarded, message, to_make

Subject = Annotated[
    str | None,
    typer.Argument(metavar="SOBRE", help="Sobre qué: d-4, rm.d3.1, registro 113; sin él se pregunta. / About what."),
]
Source = Annotated[
    str,
    typer.Option(
        "--from", envvar="CONSTANCIA_LEDGER", help="Dirección http(s) o carpeta del libro. / Address or folder."
    ),
]
As = Annotated[
    str | None,
    typer.Option("--as", "--por", help="Nombramiento de quien firmará; sin él se pregunta. / Who will sign."),
]
Reason = Annotated[str | None, typer.Option("--razon", "--reason", help="Por qué. / Why.")]
KeyId = Annotated[
    str | None, typer.Option(help="Id de la llave que firmará (para el ensayo). / Id of the key that will sign.")
]
Out = Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")]
Document = Annotated[
    Path | None, typer.Option("--archivo", "--file", help="El archivo que se entrega o cita. / The file.")
]


def _prepare(request: Request, *, out: Path | None, force: bool, key_id: str | None) -> None:
    members = asked_act(request)
    target = to_make(out or Path(f"{members['type']}.statement.json"), force=force)
    write_draft(request.source, members, target=target, key_id=key_id)


@guarded
def vote(
    source: Source,
    about: Subject = None,
    favour: Annotated[bool, typer.Option("--a-favor", "--for", help="A favor. / For.")] = False,
    against: Annotated[bool, typer.Option("--en-contra", "--against", help="En contra. / Against.")] = False,
    abstain: Annotated[bool, typer.Option("--abstencion", "--abstain", help="Abstención. / Abstention.")] = False,
    reason: Reason = None,
    speaker: As = None,
    key_id: KeyId = None,
    answers: Answers = None,
    saved: Saved = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Prepara un voto por firmar. / Prepare a vote to sign.

    Ejemplo / example: constancia votar d-4 --en-contra --from demo --as ap-e-nosc
    """
    chosen = [name for name, is_chosen in (("for", favour), ("against", against), ("abstain", abstain)) if is_chosen]
    if len(chosen) > 1:
        raise fail(message("ask.one_vote"), USAGE)
    given = answers_in(answers or []) | ({"choice": chosen} if chosen else {})
    request = Request(
        source=source, type="VoteCast", about=about, speaker=speaker, answers=given, saved=saved,
        texts=_text("explanation", reason),
    )  # fmt: skip
    _prepare(request, out=out, force=force, key_id=key_id)


@guarded
def ratify(
    source: Source,
    about: Subject = None,
    speaker: As = None,
    key_id: KeyId = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Prepara la firma de una decisión adoptada o de un acuerdo. / Prepare the signature of a decision or agreement.

    Un archivo ya preparado se firma con constancia sign. / A prepared file is signed with constancia sign.

    Ejemplo / example: constancia firmar d-4 --from demo --as ap-e-nosc
    """
    if about is not None and about.endswith(".json"):
        raise fail(message("ask.file_is_signed", path=about), USAGE)
    request = Request(source=source, type="DecisionSigned", or_type="AgreementSigned", about=about, speaker=speaker)
    _prepare(request, out=out, force=force, key_id=key_id)


@guarded
def contest(
    source: Source,
    about: Subject = None,
    reason: Reason = None,
    speaker: As = None,
    key_id: KeyId = None,
    answers: Answers = None,
    saved: Saved = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Prepara la impugnación de un registro o de un entregable. / Prepare to contest an entry or a deliverable.

    Ejemplo / example: constancia impugnar 113 --razon "No hay evidencia" --from demo --as ap-e-nosc
    """
    request = Request(
        source=source, type="EntryContested", or_type="DeliverableContested", about=about, speaker=speaker,
        answers=answers_in(answers or []), texts=_text("grounds", reason), saved=saved,
    )  # fmt: skip
    _prepare(request, out=out, force=force, key_id=key_id)


@guarded
def hand_in(
    source: Source,
    about: Subject = None,
    document: Document = None,
    title: Annotated[str | None, typer.Option("--titulo", "--title", help="Su título. / Its title.")] = None,
    speaker: As = None,
    key_id: KeyId = None,
    answers: Answers = None,
    saved: Saved = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Prepara la entrega de un entregable, con la huella de su archivo. / Prepare to hand in a deliverable.

    Ejemplo / example: constancia entregar rm.d3.1 --archivo informe.pdf --titulo "Documento final" --from demo
    """
    request = Request(
        source=source, type="DeliverableSubmitted", about=about, speaker=speaker, saved=saved,
        answers=answers_in(answers or []) | _of_file(document), texts=_text("document.title", title),
    )  # fmt: skip
    _prepare(request, out=out, force=force, key_id=key_id)


def _simple(type_name: str, help_text: str) -> Callable[..., None]:
    """Make the short form of a type that needs no options of its own."""

    def verb(
        source: Source,
        about: Subject = None,
        speaker: As = None,
        key_id: KeyId = None,
        answers: Answers = None,
        saved: Saved = None,
        out: Out = None,
        force: Force = False,
    ) -> None:
        given = answers_in(answers or [])
        request = Request(source=source, type=type_name, about=about, speaker=speaker, answers=given, saved=saved)
        _prepare(request, out=out, force=force, key_id=key_id)

    verb.__doc__ = help_text
    return guarded(verb)


def _text(path: str, text: str | None) -> dict[str, str]:
    return {} if text is None else {path: text}


def _of_file(path: Path | None) -> dict[str, list[str]]:
    if path is None:
        return {}
    from constancia.api.forms.files import NAME, answers_of_file
    from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_named

    made = answers_of_file("document", path.name, read_named(path, MAX_DOCUMENT_BYTES), is_document=True)
    return {name: values for name, values in made.items() if not name.endswith(NAME)}


_accept: Final = _simple("DeliverableAccepted", "Prepara la aceptación de un entregable. / Prepare to accept one.")
_progress: Final = _simple("ProgressReported", "Prepara un informe de avance. / Prepare a progress report.")
_answer: Final = _simple("ResponseGiven", "Prepara una respuesta. / Prepare an answer.")
SHORT_FORMS: Final[Mapping[str, Callable[..., None]]] = {
    "votar": vote,
    "vote": vote,
    "firmar": ratify,
    "ratify": ratify,
    "impugnar": contest,
    "contest": contest,
    "entregar": hand_in,
    "deliver": hand_in,
    "aceptar": _accept,
    "accept": _accept,
    "avance": _progress,
    "progress": _progress,
    "responder": _answer,
    "answer": _answer,
}
