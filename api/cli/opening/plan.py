"""What a ledger is to be: asked in the terminal, or read from a TOML file; both end in the same invitation."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from constancia.api.cli.opening.answers import (
    Answers,
    OpeningQuestion,
    QuestionGroup,
    address,
    ask_all,
    identifier_of,
    line,
    review,
)
from constancia.api.cli.prompts import ask, choose
from constancia.api.cli.terminal import MAX_JSON_BYTES, fail, language, message, say

if TYPE_CHECKING:
    from constancia.ledger.opening.invitation import Invitation

PARTIES: Final = "parties"
_BEGUN: Final = "parties_begun"
_RULES: Final = ("unanimity", "majority")
_SOURCE: Final = "adopted"


def read_plan(path: Path) -> dict[str, Any]:
    """Read a plan from a TOML file.

    Raises:
        Exit: It is no TOML.
    """
    from constancia.verify.sources.files import read_named

    try:
        return tomllib.loads(read_named(path, MAX_JSON_BYTES).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise fail(message("opening.toml", path=path, reason=str(error))) from error


def invitation_from(plan: Mapping[str, Any], base: Path) -> "Invitation":
    """Make an invitation of a plan.

    Args:
        plan: The plan's members, as the TOML file has them.
        base: The folder from which the paths of the texts begin.

    Raises:
        Malformed: A member is missing, unknown or of another form.
        LedgerError: A text is not UTF-8.
    """
    from constancia.domain.values.languages import DEFAULT_LANGUAGES
    from constancia.ledger.opening.invitation import invitation_of

    item: dict[str, Any] = {name: value for name, value in plan.items() if name not in ("founders", "charter")}
    item.setdefault("languages", list(DEFAULT_LANGUAGES))
    item["languages"] = sorted(item["languages"]) if isinstance(item["languages"], list) else item["languages"]
    item.setdefault("rules", {})
    founders = plan.get("founders")
    item[PARTIES] = sorted(founders, key=_party) if isinstance(founders, list) else founders
    committee = item.get("committee")
    if isinstance(committee, dict):
        rules = {"decision_rule": {"rule_source": _SOURCE, "value": _RULES[0]}}
        item["committee"] = {"governance_body": "comite", "rules": rules} | committee
    agreement = item.get("agreement")
    if isinstance(agreement, dict):
        texts = agreement.get("texts")
        read = {lang: _text(base / str(path)) for lang, path in texts.items()} if isinstance(texts, dict) else texts
        item["agreement"] = {"agreement": "acuerdo-1"} | agreement | {"texts": read}
    if "charter" in plan:
        item["charter"] = {"text": _text(base / str(plan["charter"]))}
    for name, key in (("capacities", "capacity"), ("party_kinds", "kind")):
        if isinstance(item.get(name), list):
            item[name] = sorted(item[name], key=lambda named, key=key: str(named.get(key)))  # type: ignore[misc]
    return invitation_of(item)


def _party(founder: object) -> str:
    return str(founder.get("party")) if isinstance(founder, dict) else ""


def _text(path: Path) -> str:
    from constancia.ledger.opening.invitation import document_text
    from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_named

    return document_text(read_named(path, MAX_DOCUMENT_BYTES), str(path))


def ask_plan(folder: Path) -> dict[str, Any]:
    """Ask for the plan in the terminal; what was answered before is not asked again.

    Args:
        folder: The new ledger's folder, in which the answers are saved.
    """
    answers = Answers(folder)
    say(message("opening.welcome", folder=folder))
    ask_all(_QUESTIONS, answers)
    review(_QUESTIONS, answers)
    return _plan_of(answers)


def _plan_of(answers: Answers) -> dict[str, Any]:
    lang = "es"
    return {
        "address": answers["address"],
        "agreement": {"texts": {lang: answers["text"]}, "title": {lang: answers["title"]}},
        "committee": {
            "governance_body": identifier_of(answers["committee"]) or "comite",
            "mandate": {lang: answers["mandate"]},
            "name": {lang: answers["committee"]},
            "rules": {"decision_rule": {"rule_source": _SOURCE, "value": answers["rule"]}},
        },
        "founders": [
            {
                "acronym": party["acronym"],
                "kind": party["kind"],
                "legal_name": {lang: party["legal_name"]},
                "party": identifier_of(party["acronym"]),
            }
            for party in answers[PARTIES]
        ],
        "name": {lang: answers["name"]},
        "origin": answers["origin"],
        "timezone": answers["timezone"],
    }


class _Parties:
    """The parties: asked for one after the other, each saved when it is whole."""

    name = PARTIES

    @property
    def text(self) -> str:
        """What they are called in the list of answers."""
        return message("opening.parties_are")

    @staticmethod
    def shown(parties: Any) -> str:
        """Give their acronyms."""
        return ", ".join(party["acronym"] for party in parties)

    @staticmethod
    def put_to(answers: Answers) -> None:
        """Ask for all of them; again from the first, where they are there already."""
        from constancia.api.text.i18n import tr
        from constancia.domain.identity.vocabulary import DEFAULT_KINDS

        begun = list(answers[_BEGUN]) if _BEGUN in answers and PARTIES not in answers else []
        kinds = [(kind, tr(language(), f"word.{kind}")) for kind in DEFAULT_KINDS]
        while True:
            is_enough = len(begun) >= 2
            words = message("opening.next_party" if is_enough else "opening.party", number=len(begun) + 1)
            acronym = ask(words, default="" if is_enough else None, check=lambda answer: _new_party(answer, begun))
            if not acronym:
                answers.put(PARTIES, begun)
                return
            legal_name = ask(message("opening.legal_name", party=acronym), check=line)
            kind = choose(message("opening.kind", party=acronym), kinds)
            begun.append({"acronym": acronym, "kind": kind, "legal_name": legal_name})
            answers.put(_BEGUN, begun)


def _new_party(answer: str, parties: list[dict[str, str]]) -> str:
    from constancia.domain.values.values import FormError
    from constancia.ledger.opening.invitation import InvitedParty

    name = identifier_of(answer)
    if not answer:
        return answer
    try:
        InvitedParty.parse({"kind": "x", "legal_name": {"es": "x"}, "party": name})
    except FormError as error:
        raise ValueError(message("opening.party_form", found=answer)) from error
    if name in {identifier_of(party["acronym"]) for party in parties}:
        raise ValueError(message("opening.party_twice", found=answer))
    return line(answer)


def _spanish(msgid: str) -> str:
    """Give a proposed text of the ledger: it is in Spanish, in whatever language the questions are."""
    from constancia.api.text.i18n import tr

    return tr("es", msgid)


def _origin(answer: str) -> str:
    from constancia.verify.core.formats.note import is_key_name

    if not is_key_name(answer) or "://" in answer or len(answer) > 200:
        raise ValueError(message("opening.origin_form", found=answer))
    return answer


def _zone(answer: str) -> str:
    from constancia.domain.values.calendar import zone

    try:
        zone(answer)
    except ValueError as error:
        raise ValueError(message("opening.zone_form", found=answer)) from error
    return answer


def _rule(answer: str) -> str:
    by_word = {"1": _RULES[0], "2": _RULES[1], **{name: name for name in _RULES}}
    if answer not in by_word:
        raise ValueError(message("prompt.choose", count=len(_RULES)))
    return by_word[answer]


def _file(answer: str) -> str:
    from constancia.ledger.errors import LedgerError
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.core.formats.canonical import canonical

    path = Path(answer).expanduser().absolute()
    try:
        canonical(_text(path))
    except (OSError, Unreadable, LedgerError, Malformed) as error:
        raise ValueError(message("opening.text_form", path=path)) from error
    return str(path)


def _shown_rule(rule: str) -> str:
    return message("opening.rule_majority" if rule == _RULES[1] else "opening.rule_unanimity")


_QUESTIONS: Final[tuple[QuestionGroup, ...]] = (
    OpeningQuestion(name="name", words="opening.q_name"),
    OpeningQuestion(name="origin", words="opening.q_origin", check=_origin),
    OpeningQuestion(name="address", words="opening.q_address", check=address),
    OpeningQuestion(name="timezone", words="opening.q_zone", default=lambda: "America/Mexico_City", check=_zone),
    _Parties(),
    OpeningQuestion(name="committee", words="opening.q_committee", default=lambda: _spanish("cli.opening.d_committee")),
    OpeningQuestion(name="mandate", words="opening.q_mandate", default=lambda: _spanish("cli.opening.d_mandate")),
    OpeningQuestion(name="rule", words="opening.q_rule", default=lambda: "1", check=_rule, shown=_shown_rule),
    OpeningQuestion(name="title", words="opening.q_title"),
    OpeningQuestion(name="text", words="opening.q_text", check=_file),
)
