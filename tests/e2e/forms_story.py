"""Plays a story again through the forms: each act is prepared on its page, signed with its key, and handed in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import httpx

from constancia.api.demo.stage import Stage
from constancia.api.forms.answers.filling import answers_of
from constancia.api.forms.answers.reading import BEFORE, STAYS
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.ledger_answers import is_carried
from constancia.api.forms.purposes import name_in
from constancia.domain.catalogue import REGISTRY
from constancia.domain.state import State
from constancia.ledger.keys.key_file import PrivateKey
from constancia.ledger.signatory.draft import sign_statement
from constancia.ledger.submission import signed_document
from constancia.verify.core.formats.canonical import canonical

Answers = dict[str, list[str]]
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class RecordingStage(Stage):
    """A stage that remembers every key that signed."""

    keys: dict[str, PrivateKey] = field(default_factory=dict)

    def _signed(self, who: Any, type_name: str, body: Mapping[str, Any], occurred: str | None) -> bytes:
        self.keys[who.key.key_id] = who.key
        return Stage._signed(self, who, type_name, body, occurred)


def wanted_for(statement: Mapping[str, Any], state: State) -> FormRequest:
    """What a person chooses before the form is asked: act, what it is about, what is decided."""
    name, body = statement["type"], statement["body"]
    about = statement["stream"] if statement["stream"] in state.aggregates else ""
    if is_carried(name):
        about = f"decision/{body['decision']}"
    if REGISTRY[name].stream_kind in ("entry", "deliverable"):
        about = statement["stream"]
    decided = body["act"] if name == "DecisionProposed" else None
    if decided:
        about = decided["stream"]
    party = statement["actor"].get("party", "")
    return FormRequest(type=name, about=about, decides=decided["type"] if decided else "", party=party)


class Controls(HTMLParser):
    """The controls of the form that is sent by POST: what a browser would send if nothing were touched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: Answers = {}
        self.names: set[str] = set()
        self._inside = False
        self._area: str | None = None
        self._select: str | None = None
        self.feed("".join(FORM.findall(page)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = about.get("method") == "post"
        name = about.get("name", "")
        if not self._inside:
            return
        if name:
            self.names.add(name)
        if tag == "input" and name and about.get("type") != "file":
            is_box = about.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in about:
                self.values.setdefault(name, []).append(about.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.values[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in about:
            self.values[self._select] = [about.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area
        self._select = None if tag == "select" else self._select
        self._inside = self._inside and tag != "form"


class Reader:
    """A person at the pages: opens a form, answers it, sends it."""

    def __init__(self, http: httpx.Client, state: State, documents: Mapping[str, bytes]) -> None:
        self._http = http
        self._state = state
        self._documents = documents
        self.uploads = 0
        self.presses = 0

    def prepare(self, statement: Mapping[str, Any], lang: str = "es") -> httpx.Response:
        """Prepare an act on its page; give the answer to the last press of the button."""
        wanted = wanted_for(statement, self._state)
        actor = statement["actor"]
        who = actor.get("appointment") or f"root.{actor['party']}"
        path = f"/{lang}/{'preparar' if lang == 'es' else 'prepare'}/{name_in(wanted.type, lang)}"
        chosen = {"who": who, "about": wanted.about, "decides": wanted.decides}
        page = self._http.get(path, params={name: value for name, value in chosen.items() if value})
        assert page.status_code == 200, (path, chosen, page.text[-2000:])
        controls = Controls(page.text)
        form = Builder(self._state, is_demonstration=True).form(wanted)
        answers = answers_of(form.fields, statement["body"])
        answers["occurred_on"] = [statement["occurred_on"]]
        controls, answers = self._revised(path, controls, answers)
        values, files = self._filled(path, controls, answers)
        return self._press(path, values, "prepare", files)

    def _revised(self, path: str, controls: Controls, answers: Answers) -> tuple[Controls, Answers]:
        """Leave rows that stay as they are, untick those that go, open those that change."""
        rows = sorted(name.removesuffix(BEFORE) for name in controls.names if name.endswith(BEFORE))
        for row in rows:
            opened = Controls(self._press(path, controls.values, f"open={row}").text)
            there = {name: value for name, value in opened.values.items() if name.startswith(f"{row}.")}
            parent = row.rpartition(".")[0]
            key = next(name for name in there if name.count(".") == row.count(".") + 1 and name.endswith(_key(parent)))
            same = [name.removesuffix(f".{_key(parent)}") for name, value in answers.items()
                    if name.startswith(f"{parent}.") and name.endswith(f".{_key(parent)}") and value == there[key]
                    and name.count(".") == key.count(".")]  # fmt: skip
            if not same:
                controls.values.pop(f"{row}{STAYS}")
                continue
            wanted = {f"{row}{name.removeprefix(same[0])}": value for name, value in answers.items()
                      if name.startswith(f"{same[0]}.")}  # fmt: skip
            answers = {name: value for name, value in answers.items() if not name.startswith(f"{same[0]}.")}
            if wanted != {name: value for name, value in there.items() if any(value)}:
                controls = opened
                cleared = {name: [""] for name in there}
                controls.values.update(cleared | wanted)
        return controls, answers

    def _filled(self, path: str, controls: Controls, answers: Answers) -> tuple[Answers, dict[str, Any]]:
        """Write the answers into the controls, after pressing "add" for rows that are not there yet; choose files."""
        files = {}
        for name in [name for name in answers if name.endswith(".size")]:
            document = name.removesuffix(".size")
            data = self._documents.get(answers[f"{document}.sha256"][0])
            if data is not None:
                files[f"{document}:file"] = ("documento.md", data)
                for member in ("sha256", "size", "media_type"):
                    del answers[f"{document}.{member}"]
        values = dict(controls.values)
        for name, value in answers.items():
            controls = self._with_row(path, controls, values, name)
            values = {**controls.values, **values, name: value}
        for name in files:
            controls = self._with_row(path, controls, values, name)
        missing = (set(answers) | set(files)) - controls.names
        assert missing == set(), f"{path} has no control for {missing}"
        self.uploads += len(files)
        return values, files

    def _with_row(self, path: str, controls: Controls, values: Answers, name: str) -> Controls:
        """Press the button that adds a row, as often as it takes for a control to be there."""
        for _ in range(8):
            if name in controls.names:
                return controls
            parts = name.split(".")
            lists = [".".join(parts[:at]) for at, part in enumerate(parts) if part.split(":")[0].isdecimal()]
            missing = next(
                (item for item in lists if not any(
                    control.startswith(f"{item}.{parts[item.count('.') + 1]}") for control in controls.names)),
                None,
            )  # fmt: skip
            assert missing is not None, f"{path} has no control {name}"
            controls = Controls(self._press(path, values, f"add={missing}").text)
        return controls

    def _press(
        self, path: str, values: Mapping[str, Any], button: str, files: dict[str, Any] | None = None
    ) -> httpx.Response:
        self.presses += 1
        data = {name: value for name, value in values.items() if name != ":do"} | {":do": [button]}
        parts = files or {"nothing:file": ("", b"")}
        asked = self._http.build_request("POST", path, data=data, files=parts)
        headers = {"Content-Type": asked.headers["Content-Type"], "Sec-Fetch-Site": "same-origin"}
        return self._http.post(path, content=asked.read(), headers=headers)  # at once, and not field by field


def _key(parent: str) -> str:
    """The member that names a row of a list of the scope."""
    return parent.rpartition(".")[2].removesuffix("s")


def signed(prepared: Mapping[str, Any], seen: Mapping[str, Any], signed_at: str, key: PrivateKey) -> bytes:
    """Do what a signatory does: add what its own software verified and its clock says, and sign."""
    raw = canonical({**prepared, "seen": dict(seen), "signed_at": signed_at})
    return signed_document(raw, [sign_statement(raw, key)])


def recorded_at(entry: bytes) -> datetime:
    """When an entry was recorded."""
    return datetime.fromisoformat(json.loads(entry)["recorded_at"])
