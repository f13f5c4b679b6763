"""Plausible mistakes at the shell and in the forms: how each is made, and what is then said, in both languages.

`python -m tests.e2e.mistakes` writes docs/MISTAKES.md from them; a test compares the page with what is said now.
"""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
from tests.api.command_line import run_here
from tests.api.served import serving
from tests.warm import MAIN

from constancia.api.demo.run import run_demo
from constancia.domain.values.calendar import format_instant, local_day
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder, peek
from constancia.ledger.keys.key_file import PrivateKey, generate, load, save
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.draft import Occasion, draft_statement, representative_actor, sign_statement
from constancia.ledger.submission import parse_signed, signed_document
from constancia.verify.core.formats.statement import Seen

PAGE = Path(__file__).resolve().parents[2] / "docs" / "MISTAKES.md"
LANGUAGES = ("es", "en")
NOSC = ("--party", "nosc", "--appointment", "ap-e-nosc", "--person", "p-e", "--capacity", "alternate")


@dataclass(frozen=True, slots=True)
class Place:
    """Where mistakes are made: a served ledger, its keys, a folder of one's own."""

    url: str
    keys: Path
    home: Path

    def runs(self, lang: str, *arguments: str) -> str:
        """Run a command; give what it says is wrong, else what it says."""
        env = {
            "CONSTANCIA_LANG": lang,
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "COLUMNS": "200",
        }
        done = run_here(["--lang", lang, *arguments], env=env, cwd=self.home)
        return (done.stderr or done.stdout).strip()

    def process(self, lang: str, *arguments: str) -> str:
        """Run a command as a process of its own, which says what is wrong with its options."""
        command = [sys.executable, "-c", MAIN, "--lang", lang, *arguments]
        env = {"PATH": "/usr/bin", "HOME": str(self.home), "PYTHONPATH": str(PAGE.parent.parent / ".import")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env, cwd=self.home)
        return done.stderr.strip()

    def written(self, name: str, content: object) -> str:
        """Write a file of one's own; give its name."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (self.home / name).write_text(text, encoding="utf-8")
        return name

    def draft(self, lang: str, about: str = "113", speaker: str = "ap-e-nosc") -> str:
        """Prepare a contest that would be accepted; give the file's name."""
        self.runs(lang, "impugnar", about, "--razon", "x", "--from", self.url, "--as", speaker, "--force")
        return "EntryContested.statement.json"

    def signs(self, lang: str, statement: str, key: str, *more: str) -> str:
        """Sign a file with somebody's key."""
        secret = str(self.keys / "passphrase")
        return self.runs(
            lang,
            "sign",
            statement,
            "--key",
            str(self.keys / f"{key}.pem"),
            "--passphrase-file",
            secret,
            "--force",
            *more,
        )

    def form(self, lang: str, what: str, fields: Mapping[str, str | Sequence[str]]) -> str:
        """Send a form; give the summary of what is wrong, as plain text."""
        path = f"/{lang}/{'preparar' if lang == 'es' else 'prepare'}/{what}"
        data = {":do": "prepare", **fields}
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        answer = httpx.post(self.url + path, data=data, files={"none:file": ("", b"")}, headers=headers, timeout=30)
        return summary(answer.text)

    def page(self, lang: str, what: str, query: str) -> str:
        """Open a form's page; give the summary of what is wrong."""
        path = f"/{lang}/{'preparar' if lang == 'es' else 'prepare'}/{what}?{query}"
        return summary(httpx.get(self.url + path, headers={"Accept": "text/html"}, timeout=30).text)


def summary(page: str) -> str:
    """Give the text of a page's summary of what is wrong, or of its main part where there is none."""
    part = (
        page.partition('class="problems"')[2].partition("</div>")[0]
        or page.partition("<main")[2].partition("</main>")[0]
    )
    part = re.sub(r"<h2.*?</h2>", "", part.partition(">")[2], flags=re.DOTALL)
    text = re.sub(r"</(?:li|p|h1)>", "\n", part)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip()


Deed = Callable[[Place, str], str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: what somebody does, in both languages, and how."""

    name: str
    es: str
    en: str
    make: Deed


WHO = {":who": "ap-a-sfp", ":about": "commitment/rm", ":decides": ""}
REPORT = {**WHO, "level": "limited", "narrative.es": "Se avanzó", "period": "2019-05/2019-06"}
GATHERING = {
    ":who": "ap-s-inai",
    ":about": "",
    ":decides": "",
    "window": "2019-05-02",
    "title.es": "Reunión",
    "kind": "meeting",
}


def _body(name: str, body: object) -> Deed:
    """Draft a vote from a body that was written by hand."""

    def make(place: Place, lang: str) -> str:
        path = place.written("voto.json", body)
        return place.runs(lang, "draft", name, "--body", path, "--from", place.url, *NOSC, "--force")

    return make


def _draft(*arguments: str) -> Deed:
    return lambda place, lang: place.runs(lang, *(place.url if item == "URL" else item for item in arguments))


def _form(what: str, fields: Mapping[str, str | Sequence[str]], *leave_out: str) -> Deed:
    kept = {name: value for name, value in fields.items() if name not in leave_out}
    return lambda place, lang: place.form(lang, what, kept)


def _wrong_passphrase(place: Place, lang: str) -> str:
    secret = place.written("frase.txt", "no es la frase de paso")
    (place.home / secret).chmod(0o600)
    key = str(place.keys / "ap-e-nosc.pem")
    return place.runs(lang, "sign", place.draft(lang), "--key", key, "--passphrase-file", secret, "--yes", "--force")


def _colleagues_key(place: Place, lang: str) -> str:
    place.signs(lang, place.draft(lang), "ap-a-sfp", "--yes")
    return place.runs(lang, "submit", "EntryContested.signed.json", "--to", place.url, "--force")


def _unknown_key(place: Place, lang: str) -> str:
    statement = place.draft(lang)
    (place.home / "nueva.pem").unlink(missing_ok=True)
    save(generate(), place.home / "nueva.pem", (place.keys / "passphrase").read_bytes().strip())
    secret = str(place.keys / "passphrase")
    place.runs(lang, "sign", statement, "--key", "nueva.pem", "--passphrase-file", secret, "--yes", "--force")
    return place.runs(lang, "submit", "EntryContested.signed.json", "--to", place.url, "--force")


def _unsigned(place: Place, lang: str) -> str:
    return place.runs(lang, "submit", place.draft(lang), "--to", place.url, "--force")


def _body_signed(place: Place, lang: str) -> str:
    return place.signs(lang, place.written("voto.json", {"choice": "against"}), "ap-e-nosc", "--yes")


def _not_agreed(place: Place, lang: str) -> str:
    said = place.signs(lang, place.draft(lang), "ap-e-nosc")
    return said.splitlines()[0]


def _exists(place: Place, lang: str) -> str:
    place.draft(lang)
    return place.runs(lang, "impugnar", "113", "--razon", "x", "--from", place.url, "--as", "ap-e-nosc")


def _twice(place: Place, lang: str) -> str:
    place.signs(lang, place.draft(lang), "ap-e-nosc", "--yes")
    place.runs(lang, "submit", "EntryContested.signed.json", "--to", place.url, "--force")
    return place.runs(lang, "submit", "EntryContested.signed.json", "--to", place.url, "--force")


def _less_scope(place: Place, lang: str) -> str:
    what = "cambio-de-alcance" if lang == "es" else "scope-change"
    page = httpx.get(f"{place.url}/{lang}/{'preparar' if lang == 'es' else 'prepare'}/{what}",
                     params={"who": "ap-a-sfp", "about": "commitment/rm"}).text  # fmt: skip
    rows = dict.fromkeys(re.findall(r'name="(scope\.[^"]+:(?:before|stays))"', page), "1")
    rows.pop("scope.deliverables.6:stays")
    fields = {**WHO, **rows, "reasons.es": "Ya no hace falta", "declared_kind": "clarification"}
    return place.form(lang, what, fields)


SHELL = (
    Mistake("wrong-passphrase", "Otra frase de paso", "Another passphrase", _wrong_passphrase),
    Mistake("colleagues-key", "Firmar con la llave de otra persona", "Sign with another person's key", _colleagues_key),
    Mistake("unknown-key", "Firmar con una llave que nadie avaló", "Sign with a key that nobody endorsed", _unknown_key),
    Mistake("unsigned", "Entregar el borrador sin firmar", "Hand in the draft without a signature", _unsigned),
    Mistake("body-signed", "Firmar el cuerpo en vez del borrador", "Sign the body instead of the draft", _body_signed),
    Mistake("not-agreed", "No responder que sí al firmar", "Not to say yes when signing", _not_agreed),
    Mistake("exists", "Preparar dos veces en el mismo archivo", "Prepare twice into the same file", _exists),
    Mistake("twice", "Entregar dos veces el mismo archivo", "Hand in the same file twice", _twice),
    Mistake("browser-address", "La dirección copiada del navegador, con `/es/`", "The address copied from the browser, with `/es/`",
            lambda place, lang: place.runs(lang, "impugnar", "113", "--razon", "x", "--from", f"{place.url}/es/", "--as", "ap-e-nosc", "--force")),
    Mistake("no-server", "Un servidor apagado", "A server that is off",
            _draft("impugnar", "113", "--from", "http://127.0.0.1:9", "--as", "ap-e-nosc")),
    Mistake("slashed-date", "Una fecha con diagonales", "A date with slashes",
            _draft("impugnar", "113", "--razon", "x", "--from", "URL", "--as", "ap-e-nosc", "--set", "occurred_on=28/11/2026")),
    Mistake("future-date", "Una fecha que no ha llegado", "A date that has not come",
            _draft("impugnar", "113", "--razon", "x", "--from", "URL", "--as", "ap-e-nosc", "--set", "occurred_on=2099-01-01")),
    Mistake("empty-body", "Un cuerpo vacío", "An empty body", _body("VoteCast", {})),
    Mistake("bad-json", "Un cuerpo que no es JSON", "A body that is no JSON", _body("VoteCast", "{choice: against")),
    Mistake("choice-in-words", "El voto escrito «en contra»", "The vote written “en contra”",
            _body("VoteCast", {"decision": "d-4", "choice": "en contra", "digest": "sha256:" + "0" * 64})),
    Mistake("party-in-capitals", "`NOSC` por `nosc`", "`NOSC` for `nosc`",
            _draft("impugnar", "113", "--razon", "x", "--from", "URL", "--as", "root.NOSC")),
    Mistake("capacity-in-words", "`suplente` por `alternate`", "`suplente` for `alternate`",
            lambda place, lang: place.runs(lang, "draft", "VoteCast", "--body", place.written("voto.json", {"decision": "d-2", "choice": "for", "digest": "sha256:" + "0" * 64}), "--from", place.url, *NOSC[:-1], "suplente", "--force")),
    Mistake("ended-appointment", "Un nombramiento terminado", "An appointment that has ended",
            _draft("avance", "rm", "--from", "URL", "--as", "ap-j-sfp", "--set", "level=limited", "--set", "narrative.es=x", "--set", "period=2019-05", "--force")),
    Mistake("before-adoption", "Firmar una decisión que aún se vota", "Sign a decision that is still voted on",
            _draft("firmar", "d-4", "--from", "URL", "--as", "ap-e-nosc", "--force")),
    Mistake("wrong-decision", "Una decisión que no existe", "A decision that does not exist",
            _draft("votar", "d-9", "--en-contra", "--from", "URL", "--as", "ap-e-nosc")),
    Mistake("wrong-type", "Un tipo de acto mal escrito", "A type of act misspelt",
            _draft("draft", "VoteCasts", "--from", "URL", "--as", "ap-e-nosc")),
    Mistake("wrong-person", "Una persona que no está en el libro", "A person who is not in the ledger",
            _draft("votar", "d-4", "--en-contra", "--from", "URL", "--as", "ap-x")),
    Mistake("no-vote", "Votar sin decir qué", "Vote without saying how", _draft("votar", "d-4", "--from", "URL", "--as", "ap-e-nosc")),
    Mistake("two-votes", "Dos votos a la vez", "Two votes at once",
            _draft("votar", "d-4", "--a-favor", "--en-contra", "--from", "URL", "--as", "ap-e-nosc")),
    Mistake("no-signer", "No decir quién firma", "Not to say who signs", _draft("votar", "d-4", "--en-contra", "--from", "URL")),
    Mistake("no-ledger", "No decir de qué libro", "Not to say which ledger", lambda place, lang: place.process(lang, "votar", "d-4", "--en-contra")),
    Mistake("file-for-decision", "Dar un archivo a `firmar`", "Give a file to `ratify`",
            _draft("firmar", "VoteCast.statement.json", "--from", "URL")),
    Mistake("no-entry", "Un registro que no existe", "An entry that does not exist",
            _draft("impugnar", "9999", "--razon", "x", "--from", "URL", "--as", "ap-e-nosc")),
)  # fmt: skip
FORMS = (
    Mistake("nothing-written", "Enviar el formulario vacío", "Send the empty form", _form("ProgressReported", WHO)),
    Mistake("form-date", "Un periodo con diagonales", "A period with slashes",
            _form("ProgressReported", REPORT | {"period": "28/11/2026"})),
    Mistake("form-month", "Un mes en palabras", "A month in words", _form("ProgressReported", REPORT | {"period": "mayo de 2019"})),
    Mistake("form-future", "Un periodo que no ha empezado", "A period that has not begun",
            _form("ProgressReported", REPORT | {"period": "2099"})),
    Mistake("form-happened-later", "Una reunión que aún no ocurre", "A meeting that has not taken place",
            _form("GatheringHeld", GATHERING | {"occurred_on": "2099-01-01"})),
    Mistake("only-english", "Un texto sólo en inglés", "A text in English alone",
            _form("ProgressReported", {**REPORT, "narrative.en": "Work went on"}, "narrative.es")),
    Mistake("level-in-words", "Un nivel que no está en la lista", "A level that is not in the list",
            _form("ProgressReported", REPORT | {"level": "casi completo"})),
    Mistake("evidence-without-file", "Evidencia sin archivo ni dirección", "Evidence without file or address",
            _form("ProgressReported", REPORT | {"evidence.0.description.es": "Minuta"})),
    Mistake("number-in-words", "Un número en palabras", "A number in words", _form("GatheringHeld", GATHERING | {"attendance": "ciento ochenta"})),
    Mistake("name-in-capitals", "Una clave con mayúsculas y espacios", "A short name with capitals and spaces",
            _form("GatheringHeld", GATHERING | {"gathering": "Reunión 5"})),
    Mistake("no-document", "Entregar sin archivo", "Hand in without a file",
            _form("DeliverableSubmitted", {":who": "ap-a-sfp", ":about": "deliverable/rm.d3.1", ":decides": "", "document.title.es": "Documento final"})),
    Mistake("own-entry", "Impugnar un registro de la propia parte", "Contest an entry of one's own party",
            lambda place, lang: place.form(lang, "EntryContested", {":who": "ap-e-nosc", ":about": "16", ":decides": "", "grounds.es": "No"})),
    Mistake("form-no-entry", "Impugnar un registro que no existe", "Contest an entry that does not exist",
            lambda place, lang: place.page(lang, "EntryContested", "who=ap-e-nosc&about=9999")),
    Mistake("level-without-evidence", "Nivel sustancial sin evidencia", "A substantial level without evidence",
            _form("ProgressReported", REPORT | {"level": "substantial"})),
    Mistake("form-ended-appointment", "Una liga vieja: quien firma ya dejó el cargo", "An old link: who signs has left the post",
            _form("ProgressReported", REPORT | {":who": "ap-j-sfp"})),
    Mistake("form-unknown-person", "Una liga con un nombramiento que no existe", "A link with an appointment that does not exist",
            lambda place, lang: place.page(lang, "ProgressReported", "who=ap-x&about=commitment/rm")),
    Mistake("form-wrong-subject", "Una liga con un compromiso que no existe", "A link with a commitment that does not exist",
            lambda place, lang: place.page(lang, "ProgressReported", "who=ap-a-sfp&about=commitment/xx")),
    Mistake("cut-called-clarification", "Llamar aclaración a un recorte", "Call a cut a clarification", _less_scope),
)  # fmt: skip
MISTAKES = (*SHELL, *FORMS)


@contextlib.contextmanager
def place(root: Path, demo: Path) -> Iterator[Place]:
    """Serve a copy of the short demonstration in which a decision, d-4, is being voted on."""
    keys, home = demo / "keys", root / "home"
    home.mkdir()
    secret = (keys / "passphrase").read_bytes().strip()
    signer = LedgerFolder(demo).load_log_key(peek(demo).origin, secret)
    with Ledger.open(demo, clock=SystemClock(), signer=signer, options=Options()) as ledger:
        _propose(ledger, load(keys / "ap-g-inai.pem", secret))
        with serving(ledger) as url:
            yield Place(url, keys, home)


def _propose(ledger: Ledger, key: PrivateKey) -> None:
    """Put a cut in scope to the vote, as decision d-4."""
    body = json.loads(
        ledger.log.entry(next(i for i in range(ledger.size) if b'"decision":"d-3"' in ledger.log.entry(i)))
    )
    act = body["statement"]["body"]["act"]
    act["body"] |= {"decision": "d-4", "from_version": 2}
    act["body"]["scope"]["deliverables"] = [
        item for item in act["body"]["scope"]["deliverables"] if item["deliverable"] != "d3.3"
    ]
    question = {
        "en": "Is “Actions that will enter the Fourth Plan” removed?",
        "es": "¿Se quita «Acciones que entrarán al Cuarto Plan»?",
    }
    today = local_day(ledger.clock.now(), ledger.state().timezone)
    raw = draft_statement(
        "DecisionProposed", "decision/d-4",
        {"act": act, "decision": "d-4", "governance_body": "cc", "provenance": "invented", "question": question},
        actor=representative_actor("inai", "p-g", "ap-g-inai", "alternate"),
        ledger=ledger.origin, seen=Seen(size=ledger.size, root=ledger.log.root(ledger.size)),
        occasion=Occasion(occurred_on=today.isoformat(), signed_at=format_instant(ledger.clock.now())),
    )  # fmt: skip
    ledger.append(parse_signed(signed_document(raw, [sign_statement(raw, key)])))


def steady(text: str, where: Place) -> str:
    """Give a message without what differs from run to run: addresses, paths, keys."""
    text = (
        text.replace(where.url, "http://localhost:8000").replace(str(where.keys), "keys").replace(str(where.home), "~")
    )
    text = re.sub(r"\b[0-9a-f]{64}\b", lambda match: f"{match[0][:0]}…", text)
    return re.sub(r"\b[0-9a-f]{8,16}…", "…", text)


def messages(where: Place) -> dict[str, dict[str, str]]:
    """Make every mistake in both languages; give what was said."""
    for lang in LANGUAGES:  # the first draft says whose key is stored: that is no mistake
        where.draft(lang)
    return {
        mistake.name: {lang: steady(mistake.make(where, lang), where) for lang in LANGUAGES} for mistake in MISTAKES
    }


HEAD = """# Mistakes and what is then said

Made by `python -m tests.e2e.mistakes`, which makes each mistake and writes down the answer; a test compares. Every answer says what happened, what was expected, and what to do; persons are named, and a stable code comes last where the ledger refused ([REFUSALS](REFUSALS.md)). Nothing was recorded by any of them (but by the file that was handed in twice, once), and what was written was not lost.

Cada error se comete y se anota la respuesta. Toda respuesta dice qué pasó, qué se esperaba y qué hacer; nombra a las personas, y al final lleva un código estable si el libro rechazó el acto. Nada de esto se registró (salvo, una vez, el archivo entregado dos veces), y lo escrito no se perdió.
"""


def document(said: Mapping[str, Mapping[str, str]]) -> str:
    """Give the page of all mistakes."""
    parts = [HEAD]
    for title, listed in (("En el terminal / At the shell", SHELL), ("En los formularios / In the forms", FORMS)):
        parts.append(f"\n## {title}\n")
        for number, mistake in enumerate(listed, 1):
            spanish, english = (said[mistake.name][lang] for lang in LANGUAGES)
            parts.append(
                f"\n### {number}. {mistake.es} / {mistake.en}\n\n```text\n{spanish}\n```\n\n```text\n{english}\n```\n"
            )
    return "".join(parts)


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as made:
        demo = Path(made) / "demo"
        run_demo(demo, short=True)
        with place(Path(made), demo) as where:
            PAGE.write_text(document(messages(where)), encoding="utf-8")


if __name__ == "__main__":
    main()
