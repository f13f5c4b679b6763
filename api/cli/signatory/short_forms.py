"""Short forms of `constancia draft` for what the parties do every week: `constancia votar d-4 --en-contra`."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer

from constancia.api.cli.signatory.draft import write_draft
from constancia.api.cli.signatory.preparation import Answers, Request, Saved, answers_in, asked_act
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _CommonOptions:
    """The options that all short forms have."""

    source: Source
    about: Subject = None
    speaker: As = None
    key_id: KeyId = None
    answers: Answers = None
    saved: Saved = None
    out: Out = None
    force: Force = False


@dataclass(frozen=True, slots=True)
class _ActOptions:
    """What a short form and its own options say of the act; the names are those of `Request`."""

    type: str
    or_type: str | None = None
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def _short_form(act_of: Callable[..., _ActOptions]) -> Callable[..., None]:
    """Make a verb of what says its act: it has that function's options and help, and those that all share."""

    @functools.wraps(act_of)
    def verb(**options: Any) -> None:
        shared = _CommonOptions(**{name: options.pop(name) for name in inspect.signature(_CommonOptions).parameters})
        if shared.about is not None and shared.about.endswith(".json"):
            raise fail(message("ask.file_is_signed", path=shared.about), USAGE)
        act = act_of(**options)
        request = Request(
            source=shared.source, type=act.type, or_type=act.or_type, about=shared.about, speaker=shared.speaker,
            answers={**answers_in(shared.answers or []), **act.answers}, texts=act.texts, saved=shared.saved,
        )  # fmt: skip
        members = asked_act(request)
        target = to_make(shared.out or Path(f"{members['type']}.statement.json"), force=shared.force)
        write_draft(shared.source, members, target=target, key_id=shared.key_id)

    makers = (act_of, _CommonOptions)
    verb.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [option for maker in makers for option in inspect.signature(maker).parameters.values()]
    )
    verb.__annotations__ = {name: hint for maker in makers for name, hint in _hints(maker).items()}
    return guarded(verb)


def _hints(maker: Callable[..., object]) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(maker, include_extras=True).items() if name != "return"}


@_short_form
def vote(
    *,
    favour: Annotated[bool, typer.Option("--a-favor", "--for", help="A favor. / For.")] = False,
    against: Annotated[bool, typer.Option("--en-contra", "--against", help="En contra. / Against.")] = False,
    abstain: Annotated[bool, typer.Option("--abstencion", "--abstain", help="Abstención. / Abstention.")] = False,
    reason: Reason = None,
) -> _ActOptions:
    """Prepara un voto por firmar. / Prepare a vote to sign.

    Ejemplo / example: constancia votar d-4 --en-contra --from demo --as ap-e-nosc
    """
    chosen = [name for name, is_chosen in (("for", favour), ("against", against), ("abstain", abstain)) if is_chosen]
    if len(chosen) > 1:
        raise fail(message("ask.one_vote"), USAGE)
    return _ActOptions("VoteCast", answers={"choice": chosen} if chosen else {}, texts=_text("explanation", reason))


@_short_form
def ratify() -> _ActOptions:
    """Prepara la firma de una decisión adoptada o de un acuerdo. / Prepare the signature of a decision or agreement.

    Un archivo ya preparado se firma con constancia sign. / A prepared file is signed with constancia sign.

    Ejemplo / example: constancia firmar d-4 --from demo --as ap-e-nosc
    """
    return _ActOptions("DecisionSigned", or_type="AgreementSigned")


@_short_form
def contest(*, reason: Reason = None) -> _ActOptions:
    """Prepara la impugnación de un registro o de un entregable. / Prepare to contest an entry or a deliverable.

    Ejemplo / example: constancia impugnar 113 --razon "No hay evidencia" --from demo --as ap-e-nosc
    """
    return _ActOptions("EntryContested", or_type="DeliverableContested", texts=_text("grounds", reason))


@_short_form
def hand_in(
    *,
    document: Document = None,
    title: Annotated[str | None, typer.Option("--titulo", "--title", help="Su título. / Its title.")] = None,
) -> _ActOptions:
    """Prepara la entrega de un entregable, con la huella de su archivo. / Prepare to hand in a deliverable.

    Ejemplo / example: constancia entregar rm.d3.1 --archivo informe.pdf --titulo "Documento final" --from demo
    """
    return _ActOptions("DeliverableSubmitted", answers=_of_file(document), texts=_text("document.title", title))


@_short_form
def accept() -> _ActOptions:
    """Prepara la aceptación de un entregable. / Prepare to accept one."""
    return _ActOptions("DeliverableAccepted")


@_short_form
def report_progress() -> _ActOptions:
    """Prepara un informe de avance. / Prepare a progress report."""
    return _ActOptions("ProgressReported")


@_short_form
def answer() -> _ActOptions:
    """Prepara una respuesta. / Prepare an answer."""
    return _ActOptions("ResponseGiven")


def _text(path: str, text: str | None) -> dict[str, str]:
    return {} if text is None else {path: text}


def _of_file(path: Path | None) -> dict[str, list[str]]:
    if path is None:
        return {}
    from constancia.api.forms.answers.files import NAME, answers_of_file
    from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_named

    made = answers_of_file("document", path.name, read_named(path, MAX_DOCUMENT_BYTES), is_document=True)
    return {name: values for name, values in made.items() if not name.endswith(NAME)}


SHORT_FORMS: Final[Mapping[str, Callable[..., None]]] = {
    "votar": vote,
    "vote": vote,
    "firmar": ratify,
    "ratify": ratify,
    "impugnar": contest,
    "contest": contest,
    "entregar": hand_in,
    "deliver": hand_in,
    "aceptar": accept,
    "accept": accept,
    "avance": report_progress,
    "progress": report_progress,
    "responder": answer,
    "answer": answer,
}
