"""What must be true of every run: a lie that two who speak were shown is found, and nobody honest is accused."""

from collections.abc import Iterator

from tests.simulation.scene import OTHER, PARTING, TRUE, WITNESSES, Monitor, Scene, history

from constancia.ledger.monitor.findings import ALTERED, INTACT
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.evidence.contradiction import prove
from constancia.verify.sources.contradiction_file import parse_contradiction

# Findings that say that the log itself did wrong. The others say what could not be had, or came altered from somewhere.
ACCUSING = frozenset({"fork", "split-view", "seen", "rollback", "withheld", "origin"})


def wrong_in(scene: Scene) -> Iterator[str]:
    """What is wrong with a run, before anybody spoke with the witnesses."""
    yield from _of_witnesses(scene)
    if scene.lie == "none":
        yield from _of_an_honest_log(scene)
        return
    heads = {name: _heads(monitor) for name, monitor in scene.monitors.items()}
    if any(_contradict(head, other) for head in heads["a"] for other in heads["b"]):
        if not any(_proofs(monitor) for monitor in scene.monitors.values()):
            yield "two monitors that spoke were shown two histories, and neither has a proof"
        for name, outcome in scene.outcomes.items():
            if outcome.code != ALTERED:
                yield f"monitor {name} does not say so: {outcome.code} {[one.code for one in outcome.open]}"
    for name, monitor in scene.monitors.items():
        yield from _of_one(scene, name, monitor)


def wrong_after_speaking(scene: Scene) -> Iterator[str]:
    """What is wrong once each monitor spoke with each witness."""
    if scene.lie == "none":
        yield from _of_an_honest_log(scene)
        return
    for name, monitor in scene.monitors.items():
        for witness in WITNESSES:
            if witness == scene.colluder or not scene.cosigned[witness]:
                continue
            size, root = scene.cosigned[witness][-1]
            last = Checkpoint(origin=scene.origin, size=size, root=root)
            if any(_contradict(head, last) for head in _heads(monitor)) and scene.outcomes[name].code == INTACT:
                yield f"monitor {name} calls intact what {witness} was shown otherwise"


def _of_witnesses(scene: Scene) -> Iterator[str]:
    for name, cosigned in scene.cosigned.items():
        sides = {_side(size, root) for size, root in cosigned if size > PARTING}
        if len(sides) > 1:
            yield f"witness {name} cosigned two histories"
        if [size for size, _ in cosigned] != sorted(size for size, _ in cosigned):
            yield f"witness {name} went back"
    both = [{name for (side, size), lines in scene.lines.items() if side == one and size > PARTING for name in lines}
            for one in (TRUE, OTHER)]  # fmt: skip
    if (both[0] & both[1]) - {scene.colluder}:
        yield f"honest witnesses on both sides: {both}"


def _of_an_honest_log(scene: Scene) -> Iterator[str]:
    for name, monitor in scene.monitors.items():
        accused = {event.finding.code for event in monitor.log.events} & ACCUSING
        if accused or _proofs(monitor):
            yield f"monitor {name} accuses an honest log: {accused}"
        outcome = scene.outcomes[name]
        if outcome.code != INTACT or outcome.open or outcome.state.size != scene.size[TRUE]:
            codes = [(one.code, dict(one.params)) for one in outcome.open]
            yield f"monitor {name} is not content in the end: {outcome.code}, {outcome.state.size}, {codes}"
    for name, witness in scene.witnesses.items():
        if any(record.reason == "RootConflict" for record in witness.store.evidence()):
            yield f"witness {name} keeps two roots of an honest log"


def _of_one(scene: Scene, name: str, monitor: Monitor) -> Iterator[str]:
    """A monitor finds by itself that the log went back, or on another way, from what it had verified."""
    state = monitor.log.state
    if state.verified is None:
        return
    verified = read_checkpoint(state.verified.encode())
    shown = read_checkpoint(scene.checkpoint_for(name))
    if (shown.size < verified.size or _contradict(shown, verified)) and scene.outcomes[name].code != ALTERED:
        yield f"monitor {name} verified {verified.size}, is shown {shown.size}, and says {scene.outcomes[name].code}"


def _heads(monitor: Monitor) -> list[Checkpoint]:
    state = monitor.log.state
    return [read_checkpoint(note.encode()) for note in (state.verified, state.pending) if note is not None]


def _side(size: int, root: bytes) -> str:
    if size <= PARTING:
        return TRUE
    return next(side for side in (TRUE, OTHER) if history(side).tree.root(size) == root)


def _contradict(head: Checkpoint, other: Checkpoint) -> bool:
    return min(head.size, other.size) > PARTING and _side(head.size, head.root) != _side(other.size, other.root)


def _proofs(monitor: Monitor) -> list[bytes]:
    """The proofs that convince anybody."""
    proofs = monitor.log.proofs()
    for raw in proofs:
        try:
            prove(parse_contradiction(raw))
        except Malformed as error:
            raise AssertionError("a proof that proves nothing") from error
    return proofs
