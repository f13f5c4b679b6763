"""Bodies of the directory's own acts: one that lacks what the directory needs has no effect, and is a fault."""

from collections.abc import Callable
from typing import Any

from tests.rows import each_row
from tests.verify.core.authorship.test_genesis import opened
from tests.verify.small_ledger import SCOPE, Key, Writer

from constancia.verify.core.log import check_log

NEW = Key("new")


def appointed(writer: Writer, **changes: Any) -> None:
    body = {
        "appointment": "ap-2", "capacity": "head", "party": "sfp", "person": "p-2", "scope": SCOPE,
        "valid_from": "2019-01-01",
    }  # fmt: skip
    writer.as_root("sfp", "RepresentativeAppointed", "appointment/ap-2", given(body, changes))


def endorsed(writer: Writer, **changes: Any) -> None:
    writer.register("sfp", NEW)
    body = {"key": NEW.key_id, "valid_from": "2019-01-01"}
    writer.as_root("sfp", "KeyEndorsed", f"key/{NEW.key_id}", given(body, changes))


def compromised(writer: Writer, **changes: Any) -> None:
    key = writer.people["sfp"].key_id
    body = {"compromised_since": "2019-01", "key": key}
    writer.as_root("sfp", "KeyCompromised", f"key/{key}", given(body, changes))


def reaffirmed(writer: Writer, **changes: Any) -> None:
    key = writer.people["sfp"].key_id
    body = {"key": key, "target": "0" * 64, "verdict": "affirmed"}
    writer.as_person("sfp", "SignatureReaffirmed", f"key/{key}", given(body, changes))


def given(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A body with other members; None leaves one out."""
    return {name: value for name, value in (body | changes).items() if value is not None}


Act = Callable[..., None]
NEEDED: dict[Act, dict[str, bool]] = {  # each member, and whether it may be missing
    appointed: {
        "appointment": False, "person": False, "capacity": False, "scope": False, "valid_from": False,
        "valid_until": True,
    },
    endorsed: {"valid_from": False, "valid_until": True},
    compromised: {"compromised_since": False},
    reaffirmed: {"target": False, "verdict": False},
}  # fmt: skip
CASES = [
    (act, member, value, value is not None or not is_optional)
    for act, members in NEEDED.items()
    for member, is_optional in members.items()
    for value in (None, 5, {"es": "x"})
]


def faults(writer: Writer) -> list[tuple[str, int | None, str]]:
    log = writer.log()
    return [(one.code, one.index, one.field) for one in check_log(log.entries, log.checkpoint(), None).findings.faults]


@each_row(("act", "member", "value", "is_fault"), CASES)
def test_member_that_the_directory_needs_is_text(act: Act, member: str, value: object, is_fault: bool) -> None:
    writer = Writer().found()
    act(writer, **{member: value})
    wanted = ("directory", len(writer.entries) - 1, f"statement: body.{member}")
    assert faults(writer) == [wanted] * is_fault


@each_row("member", ["log_key", "timezone"])
@each_row("value", [None, 5])
def test_genesis_names_the_logs_key_and_its_zone(member: str, value: Any) -> None:
    assert ("directory", 0, f"statement: body.{member}") in faults(opened(**{member: value}))


@each_row(
    ("material", "member"),
    [
        ({"scheme": None}, "scheme"), ({"scheme": 5}, "scheme"), ({"public_key": None}, "public_key"),
        ({"origins": "https://example.org"}, "origins"), ({"origins": [5]}, "origins"), ({"rp_id": 5}, "rp_id"),
    ],
)  # fmt: skip
def test_key_of_another_form_is_not_registered(material: dict[str, Any], member: str) -> None:
    writer = Writer().found()
    body = {"appointment": "ap-sfp", "key": NEW.key_id, "party": "sfp", **NEW.material}
    writer.as_person("sfp", "KeyRegistered", f"key/{NEW.key_id}", given(body, material), key=NEW)
    [fault] = faults(writer)
    assert fault == ("directory", len(writer.entries) - 1, f"statement.body.{member}")


def test_key_is_registered_under_its_own_id_and_signs_that_itself() -> None:
    body = {"appointment": "ap-sfp", "key": NEW.key_id, "party": "sfp", **NEW.material}
    for changes, signer in (({"key": "0" * 64}, NEW), ({}, Key("another"))):
        writer = Writer().found()
        writer.as_person("sfp", "KeyRegistered", f"key/{NEW.key_id}", body | changes, key=signer)
        assert faults(writer) == [("directory", len(writer.entries) - 1, "statement.body.key")]


@each_row("case", ["unknown", "no text", "revoked", "of another party"])
def test_key_of_an_appointment_that_is_not_in_force_is_not_registered(case: str) -> None:
    writer = Writer().found()
    if case == "revoked":
        revoked = {"appointment": "ap-sfp", "reason": {"es": "…"}}
        writer.as_root("sfp", "RepresentativeRevoked", "appointment/ap-sfp", revoked)
    name: object = {"unknown": "ap-x", "no text": 5, "of another party": "ap-nosc"}.get(case, "ap-sfp")
    writer.register("sfp", NEW, appointment=name)
    assert faults(writer) == [("appointment", len(writer.entries) - 1, "statement.body.appointment")]
