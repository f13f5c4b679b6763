"""The state that a server shows (L4), compared with the entries: false, superfluous and missing facts.

These are the state document, the derived facts and the lists of the API. (`level4_stored` compares a store's
projections.)
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from constancia.domain.facts.derive import derive
from constancia.domain.state import FORM_OF_FIRST, State
from constancia.domain.values.calendar import format_instant, local_day, parse_day, parse_instant
from constancia.domain.values.editions import FIRST
from constancia.ledger.views.projections import STATE_PROJECTIONS, shown_form
from constancia.ledger.views.projections.base import StateProjection
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Findings
from constancia.verify.sources.web import Web
from constancia.verify.wire.merkle import Tree

MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
CLOCK_SKEW_S: Final = 300

Named = Mapping[str, object]


def check_served(web: Web, state: State, tree: Tree, at: datetime, findings: Findings) -> None:
    """Hold a server's answers to what the entries give.

    Args:
        web: The server.
        state: The state that the entries produce.
        tree: Their tree.
        at: The instant to ask about.
        findings: Where faults go.
    """
    served = _Served(web, tree, findings)
    try:
        shown = [
            served.check_state(state),
            served.check_derived(state, at),
            served.check_derived(state, None, now=at),
            *(served.check_list(projection, state, at) for projection in STATE_PROJECTIONS),
        ]
    except Unreadable as error:
        findings.leave_open("shown-unreadable", reason=str(error))
        return
    if not any(shown):
        findings.not_checked("nothing-shown")
    elif not all(shown):
        # A server that withholds a part may have a reason.
        findings.leave_open("shown-in-part")


class _Served:
    def __init__(self, web: Web, tree: Tree, findings: Findings) -> None:
        self._web = web
        self._tree = tree
        self._findings = findings
        self._is_clock_noted = False

    def check_state(self, state: State) -> bool:
        """Check the state document, byte for byte; return whether there is one."""
        raw = self._web.read(f"api/v1/state?size={self._tree.size}", MAX_ANSWER_BYTES)
        if raw is None:
            return False
        document = state.document()
        expected = canonical(document)
        shown = json_of(raw)
        own = (state.edition, document.get("form", FORM_OF_FIRST))
        if raw != expected and self._is_other("state", shown, own, absent=(FIRST, FORM_OF_FIRST)):
            return True
        self._findings.count("L4", "state_documents")
        self._findings.count("L4", "aggregates", len(document["aggregates"]))
        if raw == expected:
            return True
        before = self._findings.total
        listed = shown.get("aggregates") if isinstance(shown, dict) else None
        if isinstance(listed, list) and all(isinstance(item, dict) for item in listed):
            _compare("state", _by_stream(document["aggregates"]), _by_stream(listed), self._findings)
        if before == self._findings.total:
            self._findings.fault("shown-form", None, "state", _digest(expected), _digest(raw), level="L4")
        return True

    def _is_other(
        self, what: str, document: object, own: tuple[int, int], absent: tuple[int | None, int | None] = (None, None)
    ) -> bool:
        """Tell whether an answer names another edition or form than this program's: it is not compared.

        Args:
            what: What it is, such as `state`.
            document: The answer.
            own: Edition and form that it is compared with.
            absent: What an answer is of that names none.
        """
        if not isinstance(document, dict):
            return False
        named = (document.get("edition", absent[0]), document.get("form", absent[1]))
        if named == own:
            return False
        leave_uncompared(self._findings, what, {"edition": named[0], "form": named[1]}, *own)
        return True

    def check_derived(self, state: State, at: datetime | None, now: datetime | None = None) -> bool:
        """Check the derived facts at an instant, or at the host's own time."""
        asked = "" if at is None else f"&at={format_instant(at)}"
        raw = self._web.read(f"api/v1/derived?size={self._tree.size}{asked}", MAX_ANSWER_BYTES)
        if raw is None:
            return False
        document = json_of(raw)
        if not isinstance(document, dict) or not isinstance(document.get("items"), list):
            self._findings.fault("shown-form", None, "derived", "an object with items", _digest(raw), level="L4")
            return True
        if self._is_other("derived", document, (state.edition, shown_form())):
            return True
        instant = self._instant(document, at, now)
        if instant is None:
            return True
        for name, expected in (("size", self._tree.size), ("root", self._tree.root().hex())):
            if document.get(name) != expected:
                self._findings.fault(
                    "shown-differs", None, f"derived: {name}", expected, document.get(name), level="L4"
                )
        facts = [fact.to_json() for fact in derive(state, instant)]
        self._findings.count("L4", "derived_facts", len(facts))
        where = "derived" if at is not None else f"derived at {format_instant(instant)}"
        _compare(where, _by_subject(facts), _by_subject(document["items"]), self._findings)
        return True

    def _instant(self, document: Mapping[str, Any], at: datetime | None, now: datetime | None) -> datetime | None:
        stated = document.get("at")
        if at is not None:
            if stated != format_instant(at):
                self._findings.fault("shown-differs", None, "derived: at", format_instant(at), stated, level="L4")
                return None
            return parse_instant(format_instant(at))
        try:
            instant = parse_instant(str(stated))
        except ValueError:
            self._findings.fault("shown-form", None, "derived: at", "an RFC 3339 instant", stated, level="L4")
            return None
        if now is not None and abs((instant - now).total_seconds()) > CLOCK_SKEW_S:
            self._note_clock(format_instant(instant), format_instant(now))
        return instant

    def _note_clock(self, at: str, now: str) -> None:
        if not self._is_clock_noted:
            self._findings.note("host-clock", at=at, now=now)
        self._is_clock_noted = True

    def check_list(self, projection: StateProjection, state: State, now: datetime) -> bool:
        """Check a list of the interface, computed for the day that the host takes by itself."""
        name = projection.name
        raw = self._web.read(f"api/v1/{name}?size={self._tree.size}", MAX_ANSWER_BYTES)
        if raw is None:
            return False
        document = json_of(raw)
        if not isinstance(document, dict) or not isinstance(document.get("items"), list):
            self._findings.fault("shown-form", None, name, "an object with items", _digest(raw), level="L4")
            return True
        size = document.get("size")
        if type(size) is int and size > self._tree.size:
            self._findings.leave_open("list-ahead", name=name, size=size, total=self._tree.size)
            return True
        if self._is_other(name, document, (state.edition, shown_form())):
            return True
        for what, expected in (("size", self._tree.size), ("root", self._tree.root().hex())):
            if document.get(what) != expected:
                self._findings.fault("shown-differs", None, f"{name}: {what}", expected, document.get(what), level="L4")
        try:
            day = parse_day(str(document.get("day")))
        except ValueError:
            self._findings.fault("shown-form", None, f"{name}: day", "YYYY-MM-DD", document.get("day"), level="L4")
            return True
        today = local_day(now, state.timezone)
        if abs((day - today).days) > 1:
            self._note_clock(day.isoformat(), today.isoformat())
        given = [json.loads(canonical(row)) for row in projection.rows(state, day)]
        self._findings.count("L4", "view_rows", len(given))
        _compare(name, _by_stream(given), _by_stream(document["items"]), self._findings)
        return True


# Comparison


def leave_uncompared(
    findings: Findings, what: str, named: Mapping[str, object], own_edition: object, own_form: int
) -> None:
    """Leave open what is shown in another edition or form: it can't be compared, and is no fault.

    Args:
        findings: Where it is said.
        what: What is shown.
        named: The `edition` and `form` that it names.
        own_edition: The edition that the entries give.
        own_form: The form that this program shows.
    """
    edition, form = (str(named.get(name, "–"))[:40] for name in ("edition", "form"))
    findings.leave_open(
        "shown-other-form", what=what, edition=edition, form=form, own_edition=own_edition, own_form=own_form
    )


def _compare(where: str, expected: Named, found: Named, findings: Findings) -> None:
    for name in sorted(expected.keys() | found.keys()):
        wanted, shown = expected.get(name), found.get(name)
        if name not in expected or name not in found or _text(wanted) != _text(shown):
            compare_one(where, name, wanted, shown, findings)


def compare_one(where: str, name: str, expected: object, found: object, findings: Findings) -> None:
    """Add a fault if two values differ; None means a missing value.

    Args:
        where: What is compared, such as `state`.
        name: Which one of it.
        expected: What the entries produce: JSON, or its bytes.
        found: What is shown.
        findings: Where the fault goes.
    """
    place = f"{where}: {name}"
    if found is None:
        findings.fault("shown-missing", _index_of(expected), place, _text(expected), "nothing", level="L4")
    elif expected is None:
        findings.fault("shown-extra", _index_of(found), place, "nothing", _text(found), level="L4")
    else:
        path, wanted, shown = _first_difference(_value(expected), _value(found))
        if wanted == shown:  # the same value in another encoding
            path, wanted, shown = "", expected, found
        index = _index_of(expected)
        findings.fault("shown-differs", index, f"{place}{path}", _text(wanted), _text(shown), level="L4")


def _by_stream(listed: Sequence[Any]) -> dict[str, object]:
    return _named(listed, lambda item: str(item.get("stream") or item.get("party")) if isinstance(item, dict) else "")


def _by_subject(listed: Sequence[Any]) -> dict[str, object]:
    def name(item: Any) -> str:
        if not isinstance(item, dict):
            return ""
        params = item.get("params")
        what = (params.get("target") or params.get("version") or "") if isinstance(params, dict) else ""
        return f"{item.get('kind')} {item.get('stream')} {what}".rstrip()

    return _named(listed, name)


def _named(listed: Sequence[Any], name_of: Any) -> dict[str, object]:
    """Return items by name; a repeated name gets a number, so that a fact shown twice is superfluous."""
    times: Counter[str] = Counter()
    named: dict[str, object] = {}
    for item in listed:
        name = name_of(item)
        times[name] += 1
        named[name if times[name] == 1 else f"{name} ({times[name]})"] = item
    return named


def _first_difference(first: object, second: object, path: str = "") -> tuple[str, object, object]:
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(first.keys() | second.keys(), key=str):
            if first.get(name) != second.get(name) or (name in first) != (name in second):
                return _first_difference(first.get(name), second.get(name), f"{path}.{name}")
    if isinstance(first, list) and isinstance(second, list):
        for at, (left, right) in enumerate(zip(first, second, strict=False)):
            if left != right:
                return _first_difference(left, right, f"{path}[{at}]")
    return path, first, second


def _index_of(item: object) -> int | None:
    """Return the index of the entry that a fact or row names."""
    value = _value(item)
    index = value.get("known_index", value.get("index")) if isinstance(value, dict) else None
    return index if type(index) is int and index >= 0 else None


def _value(item: object) -> object:
    if isinstance(item, bytes):
        return json_of(item)
    return item


def _text(item: object) -> str:
    if isinstance(item, bytes):
        return item.decode("utf-8", "backslashreplace")
    return json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def json_of(raw: bytes) -> object:
    """Read JSON; None where it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
