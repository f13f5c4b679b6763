"""A restored backup signs nothing: a source that has seen more, or another root, stops the writer before it signs.

Siblings of one accident: all of the folder restored, the store alone, everything but the publication; seen by a
witness, by stored cosignatures, by the published checkpoint, by a publication elsewhere.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.template import Templates
from tests.ledger.witness_scene import LONG_S, SHORT, Scene
from tests.ledger.witnesses.test_collector import good, until
from tests.ledger.world import Signed

from constancia.ledger.audit.declared_rollbacks import note_rollbacks
from constancia.ledger.errors import LedgerError, RolledBack
from constancia.ledger.health import health_of
from constancia.verify.report.findings import Findings, Verdict
from constancia.verify.sources.source import open_source


@pytest.fixture
def scene(tmp_path: Path, templates: Templates) -> Iterator[Scene]:
    made = Scene(tmp_path, templates.founded)
    yield made
    if made.desk is not None:
        made.desk.ledger.close()
    for one in made.real:
        one.close()


def aged(scene: Scene) -> tuple[int, int]:
    """A witnessed and published ledger that went on after a backup was taken; gives both sizes."""
    desk = good(scene)
    desk.ledger.publish()
    old = desk.ledger.size
    desk.ledger.close()
    shutil.copytree(desk.folder, scene.folder / "backup")
    desk = scene.open(create=False)
    desk.adopt()
    assert desk.ledger.wait_cosigned(LONG_S)
    desk.ledger.publish()
    desk.ledger.publish(scene.folder / "www")
    new = desk.ledger.size
    desk.ledger.close()
    return old, new


def restore(scene: Scene, *names: str) -> None:
    """Put parts of the backup back: all of it, or the named files and folders."""
    folder, backup = scene.folder / "d", scene.folder / "backup"
    if not names:
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
    for name in names:
        for path in folder.glob(f"{name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in backup.glob(f"{name}*"):
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, folder / path.name)


def speak(desk: Desk) -> None:
    desk.world.look(desk.ledger.log)
    desk.take(desk.world.says("nosc", "CommitmentProposed", "commitment/x", commitment="x",
                              objective={"es": "O"}, problem={"es": "P"}, title={"es": "T"}))  # fmt: skip


def www(scene: Scene) -> tuple[tuple[str, Callable[[], bytes | None]], ...]:
    return (("www", (scene.folder / "www" / "checkpoint").read_bytes),)


CASES = {
    "all of it, seen by the witnesses": ((), True, "witness w1"),
    "the store alone, seen by stored cosignatures": (("ledger.sqlite", "log"), False, "cosignatures.sqlite"),
    "all but the publication, seen there": (("ledger.sqlite", "cosignatures"), False, "log/checkpoint"),
    "all of it, seen in a publication elsewhere": ((), False, "www"),
}


@pytest.mark.parametrize(("names", "cosign", "by"), CASES.values(), ids=CASES)
def test_restored_copy_signs_nothing(scene: Scene, names: tuple[str, ...], cosign: bool, by: str) -> None:
    old, new = aged(scene)
    restore(scene, *names)
    desk = scene.open(create=False, cosign=cosign, published=www(scene) if by == "www" else ())
    before = desk.ledger.log.checkpoint()
    with pytest.raises(RolledBack) as refused:
        speak(desk)
    assert f"{by}: ahead {new}" in refused.value.words["en"]
    assert (desk.ledger.size, desk.ledger.log.size) == (old, old)
    assert desk.ledger.log.checkpoint().startswith(before[:60]), "reading goes on"
    [problem] = [one for one in health_of(desk.ledger) if one.is_failure]
    assert problem.code == "E_ROLLED_BACK"
    assert "--accept-rollback" in problem.reason["es"]


def test_another_root_at_the_same_size_signs_nothing(scene: Scene) -> None:
    old, new = aged(scene)
    restore(scene, "ledger.sqlite", "cosignatures", "log")
    desk = scene.open(create=False, cosign=False, guard_rollback=False)
    while desk.ledger.size < new:
        desk.take(desk.world.allege("c1") if desk.ledger.size > old + 9 else fork(desk))
    desk.ledger.close()
    desk = scene.open(create=False)
    with pytest.raises(RolledBack) as refused:
        speak(desk)
    assert f"conflict {new}" in refused.value.words["en"]


def fork(desk: Desk) -> Signed:
    name = f"f{desk.ledger.size}"
    desk.world.look(desk.ledger.log)
    return desk.world.says("nosc", "CommitmentProposed", f"commitment/{name}", commitment=name,
                           objective={"es": "O"}, problem={"es": "P"}, title={"es": "T"})  # fmt: skip


def test_accepted_rollback_goes_on_and_everybody_can_read_why(scene: Scene) -> None:
    old, new = aged(scene)
    restore(scene, "ledger.sqlite", "cosignatures")
    desk = scene.open(create=False, accept_rollback="El disco   falló; se perdió un día")
    assert desk.ledger.refusal is None
    speak(desk)
    [item] = desk.ledger.rollbacks
    assert (item["size"], item["reason"]) == (old, "El disco falló; se perdió un día")
    assert {one["by"] for one in item["seen"]} >= {"log/checkpoint", "witness w1", "witness w2", "witness w3"}
    assert (desk.folder / "set-aside" / "log-1" / "checkpoint").exists(), "what contradicts stays as evidence"
    desk.ledger.publish()
    desk.ledger.export(scene.folder / "bundle.zip")
    assert json.loads((desk.folder / "log" / "rollbacks.json").read_bytes())["items"] == [item]
    for source in ("d", "d/log", "bundle.zip"):
        with open_source(str(scene.folder / source)) as opened:
            findings = Findings("", "")
            note_rollbacks(opened, findings)
        notes = {one.code: one.params for one in findings.report().notes}
        assert notes["rollback-accepted"]["reason"] == item["reason"], source
    desk.ledger.close()
    desk = scene.open(create=False)
    speak_again = fork(desk)
    desk.take(speak_again)
    assert desk.ledger.size == old + 2, "an accepted contradiction is not raised again at the next start"
    assert new > desk.ledger.size


def test_nothing_to_accept_records_nothing(scene: Scene) -> None:
    desk = good(scene)
    desk.ledger.close()
    desk = scene.open(create=False, accept_rollback="por si acaso")
    assert desk.ledger.rollbacks == ()
    assert not (desk.folder / "rollbacks.json").exists()


def test_rollback_without_a_reason_is_not_accepted(scene: Scene) -> None:
    aged(scene)
    restore(scene)
    with pytest.raises(LedgerError, match="reason"):
        scene.open(create=False, accept_rollback="  ")


def test_witness_that_does_not_answer_delays_the_first_entry_by_a_bound_and_is_named(
    scene: Scene,
) -> None:
    scene.pace = SHORT
    desk = good(scene)
    desk.ledger.close()
    scene.real[2].stop()
    desk = scene.open(create=False)
    speak(desk)
    until(lambda: desk.ledger.not_compared == ("w3",))  # the others may answer after the bound, too
    scene.real[2].start()
    until(lambda: not desk.ledger.not_compared)


def test_witness_that_comes_late_and_has_seen_more_stops_the_writer(
    scene: Scene,
) -> None:
    scene.pace = SHORT
    aged(scene)
    restore(scene)
    for one in scene.real:
        one.stop()
    desk = scene.open(create=False)
    speak(desk)
    scene.real[0].start()
    until(lambda: desk.ledger.refusal is not None)
    with pytest.raises(RolledBack):
        desk.take(fork(desk))


@pytest.mark.parametrize("name", ["log/checkpoint", "cosignatures.sqlite"])
def test_what_is_not_signed_contradicts_nothing(scene: Scene, name: str) -> None:
    """A file that anybody could have put there must not stop a ledger."""
    desk = good(scene)
    desk.ledger.publish()
    desk.ledger.close()
    if name == "log/checkpoint":
        path = desk.folder / "log" / "checkpoint"
        lines = path.read_text().split("\n")
        lines[1] = "999"
        path.write_text("\n".join(lines))
    else:
        with sqlite3.connect(desk.folder / name) as connection:
            connection.execute("UPDATE cosignatures SET size = size + 100")
        connection.close()
    desk = scene.open(create=False)
    speak(desk)
    assert desk.ledger.refusal is None


def test_ledger_starts_without_any_network(scene: Scene) -> None:
    scene.pace = SHORT
    desk = good(scene)
    desk.ledger.close()
    scene.write_policy({f"w{n + 1}": (one.cosigner, "http://127.0.0.1:1") for n, one in enumerate(scene.real)})
    desk = scene.open(create=False)
    speak(desk)
    assert set(desk.ledger.not_compared) == {"w1", "w2", "w3"}
    assert scene.report().verdict is not Verdict.ALTERED
