"""Machines: what is listed moves, nothing else does; every type stands in one table."""

from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.kernel.machine import NONE, Machine

LAMP = Machine("lamp", {"Lit": {NONE: "on", "off": "on"}, "Put": {"on": "off"}})


def test_listed_pair_gives_the_next_state() -> None:
    assert LAMP.next_state("on", "Put") == "off"


def test_pair_that_is_not_listed_is_illegal() -> None:
    assert LAMP.next_state("off", "Put") is None
    assert LAMP.next_state("on", "Broken") is None


def test_machine_keeps_a_table_of_its_own() -> None:
    rows = {"Lit": {NONE: "on"}}
    machine = Machine("lamp", rows)
    rows["Lit"]["on"] = "on"
    assert machine.next_state("on", "Lit") is None


def test_every_type_has_a_row_in_the_table_of_its_stream_and_in_no_other() -> None:
    rows = {(kind, name.partition(".")[0]) for kind, machine in MACHINES.items() for name in machine.rows}
    assert sorted(rows) == sorted((cls.stream_kind, name) for name, cls in REGISTRY.items())
