"""Harnesses of what people and their programs send: forms, addresses, acts, the files of an opening."""

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from tests.fuzz.harness import harness

from constancia.api.cli.opening.host import parse_signed_file
from constancia.api.forms.answers.reading import read
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.fields import Form
from constancia.api.text.paper.links import parse_link, without_long_signatures
from constancia.domain.catalogue import REGISTRY, UnknownAct, parse_act
from constancia.domain.state import State
from constancia.domain.values.calendar import parse_day, parse_edtf, parse_instant
from constancia.domain.values.editions import NEWEST
from constancia.ledger.opening.genesis_file import read_genesis
from constancia.ledger.opening.invitation import read_invitation
from constancia.ledger.opening.party_file import read_party_file
from constancia.ledger.views.as_of import read_question, read_span
from constancia.verify.core.errors import Malformed

ZONE = "America/Mexico_City"
TYPES = tuple(sorted(set(REGISTRY) - {"LedgerOpened"}))


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@harness(UnknownAct)
def act(data: bytes) -> None:
    """A body of any type: the first byte chooses it, unless the bytes are an object that names it."""
    try:
        item: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(item, dict) and isinstance(item.get("type"), str) and isinstance(item.get("body"), dict):
        parse_act(item["type"], NEWEST, item["body"])


@cache
def _form(type_name: str) -> Form:
    return Builder(State()).form(FormRequest(type=type_name))


@harness()
def form(data: bytes) -> None:
    """Answers as a browser sends them, the form's type first: what is wrong is data, and what is right is an act."""
    name, _, answers = data.decode("utf-8", "replace").partition("&")
    type_name = name if name in REGISTRY else TYPES[len(name) % len(TYPES)]
    given = parse_qs(answers, keep_blank_values=True, max_num_fields=1_000) if answers.count("&") < 1_000 else {}
    body, faults = read(_form(type_name), given, lambda _text: None)
    if not faults:
        try:
            parse_act(type_name, NEWEST, body)
        except UnknownAct:
            return


@harness(Malformed)
def question(data: bytes) -> None:
    """`size`, `known` and `at` of an address, parted by a byte that none of them has."""
    known, _, at = text_of(data).partition("\x00")
    read_question(None, known or None, at or None, ZONE)
    read_span("since", known, ZONE)


@harness(ValueError)
def dates(data: bytes) -> None:
    text = text_of(data)
    for parse in (parse_day, parse_instant):
        try:
            parse(text)
        except ValueError:
            continue
    parsed = parse_edtf(text)
    assert parsed.start is None or parsed.end is None or parsed.start <= parsed.end


@harness(Malformed)
def link(data: bytes) -> None:
    parsed = parse_link(text_of(data))
    if parsed.proof is not None:
        without_long_signatures(parsed.proof)


@harness(Malformed)
def invitation(data: bytes) -> None:
    read_invitation(data)


@harness(Malformed)
def party_file(data: bytes) -> None:
    """An invitation and a party's file for it, parted by a line feed."""
    first, _, second = data.partition(b"\n")
    read_party_file(second, read_invitation(first))


@harness(Malformed)
def genesis_file(data: bytes) -> None:
    read_genesis(data)


@harness(Malformed)
def signed_by_mail(data: bytes) -> None:
    parse_signed_file(data)
