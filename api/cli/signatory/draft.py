"""`constancia draft`: prepare a statement to sign, on top of a verified checkpoint."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.signatory.preparation import OBSTACLES, About, Answers, Request, Saved, answers_in, asked_act
from constancia.api.cli.source_options import plain_address
from constancia.api.cli.terminal import (
    USAGE,
    Force,
    Lines,
    fail,
    guarded,
    language,
    message,
    now,
    open_for_reading,
    read_json,
    refusal_text,
    say,
    to_make,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constancia.api.client.remote_log import RemoteLog
    from constancia.domain.catalogue import UnknownAct
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.signatory.checkpoint_memory import Watch


@guarded
def command(
    ledger: Annotated[str, typer.Option("--from", help="Dirección http(s) o carpeta. / Address or folder.")],
    type_name: Annotated[
        str | None,
        typer.Argument(
            metavar="TYPE", help="Tipo de acto, p. ej. VoteCast o votar; sin él se pregunta. / Type of act; else asked."
        ),
    ] = None,
    body: Annotated[
        Path | None,
        typer.Option(help="Cuerpo en JSON; - para stdin; sin él se pregunta. / The body as JSON; else it is asked."),
    ] = None,
    party: Annotated[str | None, typer.Option(help="Parte en cuyo nombre se firma. / Party signed for.")] = None,
    appointment: Annotated[
        str | None,
        typer.Option(
            "--appointment",
            "--as",
            "--por",
            help="Nombramiento; sin él firma la raíz. / Appointment; without it the root signs.",
        ),
    ] = None,
    person: Annotated[str | None, typer.Option(help="Id de la persona. / The person's id.")] = None,
    capacity: Annotated[str | None, typer.Option(help="Carácter, p. ej. alternate. / Capacity.")] = None,
    occurred_on: Annotated[
        str | None, typer.Option(help="Cuándo ocurrió (EDTF); por omisión, hoy. / When it happened; default: today.")
    ] = None,
    historical: Annotated[
        bool,
        typer.Option("--historical", help="El hecho es anterior y se registra hoy. / An earlier fact, recorded now."),
    ] = False,
    key_id: Annotated[
        str | None, typer.Option(help="Id de la llave que firmará (para el ensayo). / Id of the key that will sign.")
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="Carpeta de confianza. / Trust folder.")] = None,
    about: About = None,
    answers: Answers = None,
    saved: Saved = None,
    decides: Annotated[
        str | None, typer.Option(help="Qué acto se propone decidir. / Which act is put to the vote.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")] = None,
    force: Force = False,
) -> None:
    """Prepara una declaración por firmar y ensaya su entrega. / Prepare a statement to sign, with a dry run.

    Antes verifica que el libro extienda el último punto de control visto desde este equipo. El ensayo dice qué
    respondería el libro ahora y no registra nada. / First verifies that the log extends the last checkpoint seen
    from this machine. The dry run says what the ledger would answer now and records nothing.

    Sin --body pregunta lo que falta, con títulos para elegir; lo que no se pregunta se da con --set campo=valor.
    / Without --body it asks what is missing, with titles to choose from; --set field=value answers without asking.

    Ejemplo / example: constancia draft votar --from demo --about d-2
    """
    speaker = SpeakerOptions(party=party, appointment=appointment, person=person, capacity=capacity)
    if body is None:
        target = to_make(out, force=force) if out is not None else None
        request = Request(
            source=ledger,
            type=type_name,
            about=about,
            speaker=speaker.asked,
            answers=answers_in(answers or []),
            saved=saved,
            decides=decides,
            occurred_on=occurred_on,
        )
        members = asked_act(request)
        target = target or to_make(Path(f"{members['type']}.statement.json"), force=force)
    else:
        if type_name is None:
            raise fail(message("ask.body_without_type"), USAGE)
        members = _given(_type_of(type_name), read_json(body), speaker.actor())
        target = to_make(out or Path(f"{members['type']}.statement.json"), force=force)
        members |= {"occurred_on": occurred_on, "mode": "historical" if historical else "live"}
    write_draft(ledger, members, target=target, key_id=key_id, trust=trust)


def _type_of(name: str) -> str:
    from constancia.api.forms.purposes import type_of

    return type_of(name) or name


def capacity_meant(word: str) -> str | None:
    """Give the capacity whose name in one of the languages somebody wrote; None for a word that is none."""
    from constancia.api.cli.signatory.form_dialogue import folded
    from constancia.api.text.i18n import LANGUAGES, tr
    from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES

    if word in DEFAULT_CAPACITIES:
        return None
    names = {folded(tr(lang, f"word.{name}")): name for name in DEFAULT_CAPACITIES for lang in LANGUAGES}
    return names.get(folded(word))


def _given(type_name: str, body: object, actor: "Mapping[str, str]") -> dict[str, Any]:
    return {"type": type_name, "body": body, "actor": dict(actor)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerOptions:
    """Who speaks, as the options of a command line say it."""

    party: str | None
    appointment: str | None
    person: str | None
    capacity: str | None

    @property
    def asked(self) -> str | None:
        """Give it as a form names it: the appointment, or the root of a party; None where it is to be asked."""
        return self.appointment or (f"root.{self.party}" if self.party else None)

    def actor(self) -> dict[str, str]:
        """Give it as a statement has it.

        Raises:
            Exit: Something is missing.
        """
        from constancia.ledger.signatory.draft import representative_actor, root_actor

        if self.party is None:
            raise fail(message("ask.no_party"), USAGE)
        if self.appointment is None:
            return root_actor(self.party)
        if self.person is None or self.capacity is None:
            raise fail(message("draft.actor"))
        meant = capacity_meant(self.capacity)
        if meant is not None:
            raise fail(message("ask.capacity", found=self.capacity, right=meant), USAGE)
        return representative_actor(self.party, self.person, self.appointment, self.capacity)


def write_draft(
    source: str, members: "Mapping[str, Any]", *, target: Path, key_id: str | None = None, trust: Path | None = None
) -> None:
    """Write a statement to sign, on top of a checkpoint that is verified now, and say what the ledger would answer.

    Args:
        source: The ledger: a folder or an address.
        members: `type`, `body`, `actor`, `occurred_on` (None for today) and `mode`.
        target: The file to make.
        key_id: The key that will sign, for the dry run.
        trust: A trust folder.
    """
    from constancia.api.forms.obstacles import with_obstacles
    from constancia.domain.catalogue import UnknownAct, parse_act
    from constancia.domain.values.calendar import format_instant, local_day
    from constancia.domain.values.editions import NEWEST, is_known
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.signatory.draft import Occasion, draft_statement

    type_name, instant = str(members["type"]), now()
    with _opened(plain_address(source)) as view:
        if not is_known(view.edition):
            raise fail(message("draft.newer", edition=view.edition, known=NEWEST))
        try:
            act = parse_act(type_name, view.edition, members["body"])
        except UnknownAct as error:
            raise fail(unreadable(type_name, error)) from error
        raw = draft_statement(
            type_name,
            act.stream(),
            members["body"],
            actor=members["actor"],
            ledger=view.origin,
            seen=watch_for(view.origin, view.vkey, trust).update(view),
            occasion=Occasion(
                occurred_on=members["occurred_on"] or local_day(instant, view.timezone).isoformat(),
                signed_at=format_instant(instant),
                mode=members["mode"],
            ),
            edition=view.edition,
        )
        write_file(target, raw)
        refused = view.refusal(json.loads(raw), key_id)
        if refused is not None and members.get(OBSTACLES):
            refused = "\n".join(with_obstacles(refused.split("\n"), members[OBSTACLES]))
        say(message("draft.done" if refused is None else "draft.written", path=target, size=_seen_size(raw)))
    say(message("draft.acceptable") if refused is None else message("draft.refusable", refusal=Lines(refused)))


def _seen_size(raw: bytes) -> int:
    size: int = json.loads(raw)["seen"]["size"]
    return size


def unreadable(type_name: str, error: "UnknownAct") -> str:
    """Say what a body lacks or has wrong, by the question's label: what happened, what was expected, what to do."""
    from constancia.api.forms.body_faults import body_words

    return Lines(body_words(type_name, error.problem, language()))


def _opened(location: str) -> "_Remote | _Local":
    """Open a ledger's folder or address."""
    if location.startswith(("http://", "https://")):
        from constancia.api.client.remote_log import RemoteLog

        return _Remote(RemoteLog(location))
    return _Local(open_for_reading(Path(location)))


class _Remote:
    """A ledger at a URL: its log, the identity that it claims, and its dry run."""

    def __init__(self, log: "RemoteLog") -> None:
        self._log = log
        self.checkpoint = log.checkpoint
        self.consistency = log.consistency

    def __enter__(self) -> "_Remote":
        description = self._log.describe()
        self.origin, self.vkey, self.timezone = (str(description[name]) for name in ("origin", "log_key", "timezone"))
        self.edition = edition_of(description)
        return self

    def __exit__(self, *_error: object) -> None:
        self._log.close()

    def refusal(self, statement: "Mapping[str, Any]", key: str | None) -> str | None:
        from constancia.api.client.remote_log import RemoteProblem

        verdict = self._log.verdict(statement, key)
        return None if verdict.get("accepted") is True else RemoteProblem(verdict.get("refusal", {})).text(language())


def edition_of(description: "Mapping[str, Any]") -> int:
    """Give the law's edition that a server names; one that names none has the first."""
    edition = description.get("edition", 1)
    return edition if type(edition) is int else 0


class _Local:
    """A ledger in a folder, with the interface of `_Remote`."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        state = ledger.state()
        self.origin, self.vkey, self.timezone, self.edition = ledger.origin, ledger.vkey, state.timezone, state.edition

    def __enter__(self) -> "_Local":
        return self

    def __exit__(self, *_error: object) -> None:
        self._ledger.close()

    def checkpoint(self) -> bytes:
        return self._ledger.log.checkpoint()

    def consistency(self, old: int, new: int) -> list[bytes]:
        return self._ledger.log.consistency_proof(old, new)

    def refusal(self, statement: "Mapping[str, Any]", key: str | None) -> str | None:
        from constancia.ledger.dry_run import refusal_of

        refusal = refusal_of(self._ledger, dict(statement), key)
        return None if refusal is None else refusal_text(refusal, self._ledger.state())


def watch_for(origin: str, claimed: str, trust: Path | None) -> "Watch":
    """Return the watch that remembers a log's latest checkpoint on this machine.

    Args:
        origin: The log's origin.
        claimed: The verifier key that the server claims; used only if no key is pinned yet.
        trust: Trust folder; by default the key pinned at first use.
    """
    from hashlib import sha256

    from platformdirs import user_data_path

    from constancia.api.client.trust_anchor import read_anchor
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.signatory.checkpoint_memory import Watch
    from constancia.verify.core.formats.note import MAX_NOTE_BYTES, parse_vkey
    from constancia.verify.sources.files import read_named

    folder = user_data_path("constancia") / "seen" / sha256(origin.encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    pinned = folder / "vkey"
    if trust is not None:
        keys = read_anchor(trust).trust.policy.signers_of(origin)
        if not keys:
            raise fail(message("draft.untrusted", origin=origin, trust=trust))
    elif pinned.exists():
        keys = (parse_vkey(read_named(pinned, MAX_NOTE_BYTES).decode("utf-8", "replace").strip()),)
    else:
        keys = (parse_vkey(claimed),)
        write_file(pinned, claimed.encode() + b"\n")
        say(message("draft.first_use", origin=origin, vkey=claimed), err=True)
    return Watch(*keys, path=folder / f"checkpoint-{keys[0].key_hash.hex()}")
