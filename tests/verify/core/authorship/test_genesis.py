"""Entry 0 names the founders and their roots, and all of them sign it: each part of that is tried by itself."""

from typing import Any

from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, PARTIES, Key, PostQuantumWitness, Writer

from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_vkey, verifier_key
from constancia.verify.core.log import check_log

FOUNDERS = {"capacity": "founders"}


def opened(actor: dict[str, str] | None = None, signers: tuple[str, ...] = PARTIES, **body: Any) -> Writer:
    """A log with a genesis alone, whose body has other members than it should; None leaves one out."""
    sound = Writer()
    sound.open()
    given: dict[str, Any] = parse_canonical(parse_entry(sound.entries[0]).statement.raw)["body"]
    made = {name: value for name, value in (given | body).items() if value is not None}
    writer = Writer()
    statement = writer.draft("LedgerOpened", "ledger", made, actor or FOUNDERS)
    writer.record(statement, *(writer.roots[party].sign(statement) for party in signers))
    return writer


def faults(writer: Writer) -> list[tuple[str, int | None, str]]:
    log = writer.log()
    found = check_log(log.entries, log.checkpoint(), None).findings.faults
    return [(fault.code, fault.index, fault.field) for fault in found]


def founder(party: str, **changes: Any) -> dict[str, Any]:
    return {"party": party, "root": Writer().roots[party].material} | changes


def test_genesis_as_it_should_be_has_no_fault() -> None:
    assert faults(opened()) == []


@each_row("founders", [None, [], {}, "inai", 3, ["inai"], [founder("inai"), "nosc"], [[]]], ids=repr)
def test_founders_that_are_no_list_of_founders_are_a_fault_of_the_directory(founders: object) -> None:
    assert faults(opened(founders=founders)) == [("directory", 0, "statement.body.founders")]


@each_row("root", [None, "key", [], 1], ids=repr)
def test_founder_without_a_root_is_a_fault_of_the_directory(root: object) -> None:
    founders = [founder(PARTIES[0]), founder(PARTIES[1], root=root), founder(PARTIES[2])]
    assert faults(opened(founders=founders)) == [("directory", 0, "statement.body.founders.root")]


@each_row("actor", [{"capacity": "root", "party": "inai"}, Writer().actor("inai")], ids=["root", "person"])
def test_genesis_is_said_by_the_founders_together(actor: dict[str, str]) -> None:
    assert faults(opened(actor)) == [("actor", 0, "statement.actor")]


@each_row("signers", [PARTIES[:2], PARTIES[1:], tuple(reversed(PARTIES)), PARTIES[:1] * 3], ids=repr)
def test_genesis_is_signed_by_every_founder_in_order(signers: tuple[str, ...]) -> None:
    assert ("signature-count", 0, "signatures") in faults(opened(signers=signers))


def test_roots_are_known_from_entry_0_on_and_no_other_key() -> None:
    writer = opened()
    writer.appoint(PARTIES[0])
    assert faults(writer) == []
    writer.roots[PARTIES[1]] = Key("stranger")
    writer.appoint(PARTIES[1])
    assert ("key-unknown", 2, "signatures[0].key") in faults(writer)


def test_genesis_may_name_a_cosigner_whose_word_every_checkpoint_carries() -> None:
    made = PostQuantumWitness("own")
    made.verifier = verifier_key(ORIGIN, COSIGNATURE_MLDSA44, made.verifier.public_key)
    writer = opened(log_cosigner=format_vkey(made.verifier))
    assert faults(writer) == [("checkpoint", None, "checkpoint")]
    log = writer.log(witnesses=(made,))
    assert check_log(log.entries, log.checkpoint(), None).findings.faults == []
