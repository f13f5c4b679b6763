"""A log, three witnesses and two monitors on a network that loses, delays, repeats, reorders and lies; from one seed.

The code of witnesses, of the protocol and of the monitor is the real one, on real files. Simulated are the way between
them, the clock, and what the log decides to show to whom. Nothing waits, and nothing depends on the machine: the same
seed gives the same run.
"""

import hashlib
import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from tests.dishonest import Face
from tests.verify.small_ledger import START, Log, Writer

from constancia.api.monitor.outputs import heads_document
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.signed_heads import parse_heads
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.ledger.wire.proofs import consistency_proof
from constancia.ledger.witnesses.protocol import format_request
from constancia.ledger.witnesses.witness import NotCosigned, SizeConflict, Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.note import format_note, format_vkey, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.sources.web import Web
from constancia.verify.trust.trust_folder import TrustFolder, load_trust

PARTING: Final = 18  # the two histories are one up to here
LONGEST: Final = 30
WITNESSES: Final = ("w1", "w2", "w3")
MONITORS: Final = ("a", "b")
LIES: Final = ("none", "split", "rollback", "rewrite", "split, and a witness that cosigns anything")
TRUE, OTHER = "true", "other"


@cache
def history(side: str) -> Log:
    """One of the two histories that the log can show; same key, equal up to `PARTING`."""
    story = Writer().found().sign_agreement().report(PARTING - 16)
    for number in range(LONGEST - PARTING):
        story.as_person("sfp", "ProgressReported", "commitment/rm", {"n": number, "side": side})
        story.cut()
    return story.log()


@cache
def face(side: str, size: int) -> Face:
    """What the log shows of a history at a size."""
    return Face(history(side).cut_at(size))


@cache
def keys(name: str) -> Cosigner:
    """A witness's keys: the same within one process, since nothing that is decided depends on them."""
    return Cosigner(f"witness.example/{name}", NoteKeys.generate().ed25519, None)


@cache
def proof(side: str, old: int, new: int) -> list[bytes]:
    """The consistency proof within a history."""
    return consistency_proof(history(side).tree, old, new) if old else []


@dataclass
class Network:
    """What the way does to what is sent, in the time of chaos; nothing once `calm`."""

    chance: random.Random
    is_calm: bool = False

    def _does(self, share: float) -> bool:
        return not self.is_calm and self.chance.random() < share

    def copies(self) -> list[float]:
        """How many copies of a message arrive, and after how many seconds each."""
        if self._does(0.2):
            return []
        count = 2 if self._does(0.15) else 1
        return [1.0 if self.is_calm else self.chance.expovariate(1 / 60) for _ in range(count)]

    def altered(self, data: bytes) -> bytes:
        """The bytes that arrive."""
        if not data or not self._does(0.06):
            return data
        at = self.chance.randrange(len(data))
        return self.chance.choice((data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], b"<html>error"))

    def loses(self) -> bool:
        """Whether a file that is asked for does not come."""
        return self._does(0.06)

    def is_stale(self) -> bool:
        """Whether a cache on the way gives an earlier checkpoint."""
        return self._does(0.15)


@dataclass
class Monitor:
    """A monitor: its folder, what others told it, and what it was shown."""

    name: str
    folder: Path
    mail: dict[str, bytes] = field(default_factory=dict)
    was_shown: list[bytes] = field(default_factory=list)
    is_fresh: bool = True

    @property
    def url(self) -> str:
        return f"https://log.example/{self.name}"

    @property
    def log(self) -> LogFolder:
        return LogFolder(self.folder, self.url)


class Scene:
    """One run.

    Args:
        place: A folder of its own.
        seed: What happens.
    """

    def __init__(self, place: Path, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - it only decides what happens
        self.lie = self.chance.choice(LIES)
        self.network = Network(self.chance)
        self.clock = StoryClock(START + timedelta(days=1))
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.now, self._number = 0.0, 0
        self.size = {TRUE: PARTING - 1, OTHER: PARTING - 1}
        self.lines: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        self.cosigned: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        self.refused: list[tuple[str, str, str]] = []
        self.known: dict[tuple[str, str], int] = {}
        self.shown = dict.fromkeys((*WITNESSES, *MONITORS), TRUE)
        self.colluder = WITNESSES[0] if self.lie.endswith("anything") else None
        self.gone_back: int | None = None
        log = replace(history(TRUE), witnesses=())
        self.origin = log.signer.verifier.name
        self.witnesses = {name: self._witness(place / f"{name}.sqlite", name) for name in WITNESSES}
        self.monitors = {name: Monitor(name, place / name) for name in MONITORS}
        self.trust = self._trust(place / "trust", log)
        self.outcomes: dict[str, RoundOutcome] = {}

    def _witness(self, path: Path, name: str) -> Witness:
        verifier = history(TRUE).signer.verifier
        store = WitnessStore.create(path, keys(name).keys)
        return Witness(store, keys(name), {verifier.name: (verifier,)}, self.clock)

    def _trust(self, folder: Path, log: Log) -> TrustFolder:
        log.write_trust(folder)
        listed = [f"witness {name} {format_vkey(keys(name).keys[0])}" for name in WITNESSES]
        lines = [f"log {format_vkey(log.signer.verifier)}", *listed, f"group two 2 {' '.join(WITNESSES)}", "quorum two"]
        (folder / "policy").write_text("\n".join(lines) + "\n")
        return load_trust(folder)

    # Time

    def at(self, after: float, what: Callable[[], None]) -> None:
        """Let something happen later."""
        self._number += 1
        heapq.heappush(self.events, (self.now + after, self._number, what))

    def run_out(self) -> None:
        """Let all happen that is under way, in the order of time."""
        while self.events:
            then, _, what = heapq.heappop(self.events)
            if then > self.now:
                self.clock.advance(timedelta(seconds=then - self.now))
                self.now = then
            what()

    # The log

    def begin_to_lie(self) -> None:
        """Show another history, or an earlier state, from now on."""
        parties = [*WITNESSES, *MONITORS]
        if self.lie.startswith("split"):
            for name in self.chance.sample(parties, self.chance.randint(1, len(parties) - 1)):
                self.shown[name] = OTHER
        elif self.lie == "rewrite":
            self.shown = dict.fromkeys(parties, OTHER)
        elif self.lie == "rollback":
            self.gone_back = self.chance.randint(PARTING - 4, max(PARTING - 3, self.size[TRUE] - 1))

    def grow(self) -> None:
        """Record some entries, on each side as many as it likes."""
        for side in self.size:
            self.size[side] = min(LONGEST, self.size[side] + self.chance.randint(0, 4))

    def size_for(self, name: str) -> int:
        """The size that a party is shown."""
        return self.size[self.shown[name]] if self.gone_back is None else self.gone_back

    def checkpoint_for(self, name: str) -> bytes:
        """The checkpoint that a party is shown, with the cosignatures that the log has of it."""
        side, size = self.shown[name], self.size_for(name)
        return history(side).checkpoint(size) + b"".join(self.lines[self._tree(side, size)].values())

    def _tree(self, side: str, size: int) -> tuple[str, int]:
        return (TRUE if size <= PARTING else side), size

    def ask(self, name: str) -> None:
        """Ask a witness to cosign what it is shown."""
        side, size = self.shown[name], self.size_for(name)
        old = min(self.known.get((side, name), 0), size)
        body = format_request(old, proof(side, old, size), history(side).checkpoint(size))
        for delay in self.network.copies():
            self.at(delay, lambda: self._arrives(name, side, size, self.network.altered(body)))

    def _arrives(self, name: str, side: str, size: int, body: bytes) -> None:
        try:
            answer = self._answer(name, body)
        except SizeConflict as error:
            known = error.known
            for delay in self.network.copies():
                self.at(delay, lambda: self._learn(name, side, known))
            return
        except (NotCosigned, Malformed) as error:
            self.refused.append((name, side, type(error).__name__))
            return
        for delay in self.network.copies():
            self.at(delay, lambda: self._take(name, side, size, self.network.altered(answer)))

    def _answer(self, name: str, body: bytes) -> bytes:
        if name == self.colluder:  # it never looks at what it cosigned before
            _, _, signed = body.partition(b"\n\n")
            note = parse_note(signed)
            lines = keys(name).cosign(note.text, int(self.clock.now().timestamp()))
            return format_note("", lines).removeprefix(b"\n")
        answer = self.witnesses[name].add_checkpoint(body)
        last = self.witnesses[name].store.known()[self.origin]
        self.cosigned[name].append((last.size, last.root))
        return answer

    def _learn(self, name: str, side: str, known: int) -> None:
        self.known[side, name] = known

    def _take(self, name: str, side: str, size: int, answer: bytes) -> None:
        """Keep a cosignature, if it is one."""
        text = format_checkpoint(self.origin, size, history(side).tree.root(size))
        try:
            parse_note(text.encode() + b"\n" + answer)
        except Malformed:
            return
        note = history(side).checkpoint(size) + answer
        try:
            opened = open_with_policy(note, self.trust.policy)
        except Malformed:
            return
        if name in opened.cosigned:
            self.lines[self._tree(side, size)][name] = answer
            self.known[side, name] = size

    # The monitors

    def watch(self, name: str) -> None:
        """A round of a monitor."""
        monitor = self.monitors[name]
        monitor.is_fresh = True
        settings = WatchSettings(
            trust_of=lambda _origin: self.trust, recheck_s=0, whole_up_to=0, workers=1,
            wait=lambda _: setattr(monitor, "is_fresh", False),
        )  # fmt: skip
        peers = []
        for sender, raw in monitor.mail.items():
            try:
                peers.append(Peer(name=sender, heads=parse_heads(raw)))
            except Malformed as error:
                peers.append(Peer(name=sender, failure=str(error)))
        self.outcomes[name] = WatchedLog(monitor.log, settings, self.clock).round(peers)

    def fetch(self, location: str, path: str) -> bytes | None:
        """Give a file to a monitor, as the way leaves it."""
        monitor = self.monitors[location.rsplit("/", 1)[1]]
        if self.network.loses():
            raise Unreadable("unreachable", path, "nothing came")
        if path != "checkpoint":
            data = face(self.shown[monitor.name], self.size_for(monitor.name)).file(path)
            return None if data is None else self.network.altered(data)
        if monitor.was_shown and monitor.is_fresh and self.network.is_stale():
            return self.chance.choice(monitor.was_shown[-2:])
        monitor.was_shown.append(self.checkpoint_for(monitor.name))
        return self.network.altered(monitor.was_shown[-1])

    def tell(self, sender: str, receiver: str) -> None:
        """A monitor shows another what it was shown; or a witness, what it cosigned last."""
        if sender in self.monitors:
            raw: bytes | None = heads_document([self.monitors[sender].log])
        elif sender == self.colluder:
            raw = None
        else:
            raw = self.witnesses[sender].latest(hashlib.sha256(self.origin.encode()).hexdigest())
        if raw is not None:
            sent = raw
            for delay in self.network.copies():
                self.at(delay, lambda: self.monitors[receiver].mail.update({sender: self.network.altered(sent)}))

    # The whole

    def chaos(self, steps: int = 24) -> None:
        """Let everybody act, in any order; the log begins to lie at some point."""
        begins = self.chance.randrange(steps // 3, steps)
        for step in range(steps):
            if step == begins:
                self.at(step * 30.0, self.begin_to_lie)
            act: Any = self.chance.choices((self.grow, self.ask, self.watch, self.tell), (3, 6, 4, 3))[0]
            if act == self.grow:
                named: tuple[str, ...] = ()
            elif act == self.tell:
                sender = self.chance.choice((*MONITORS, *WITNESSES))
                named = (sender, self.chance.choice([name for name in MONITORS if name != sender]))
            else:
                named = (self.chance.choice(WITNESSES if act == self.ask else MONITORS),)
            self.at(step * 30.0, lambda act=act, named=named: act(*named))  # type: ignore[misc] # its own of each step
        self.run_out()

    def calm(self, rounds: int = 3) -> None:
        """A network without faults: all ask, watch and speak with each other, some rounds."""
        self.network.is_calm = True
        for monitor in self.monitors.values():
            monitor.mail.clear()  # what came altered stays there as long as nothing newer comes
        for _ in range(rounds):
            for name in WITNESSES * 2:
                self.ask(name)
                self.run_out()
            for name in MONITORS:
                self.watch(name)
                self.tell(name, "b" if name == "a" else "a")
                self.run_out()

    def speak_with_witnesses(self) -> None:
        """Each monitor asks each witness what it cosigned last, and looks once more."""
        for name in MONITORS:
            for witness in WITNESSES:
                self.tell(witness, name)
            self.run_out()
            self.watch(name)

    def close(self) -> None:
        """Close the witnesses' files."""
        for witness in self.witnesses.values():
            witness.store.close()


@contextmanager
def played(place: Path, seed: int) -> Iterator[Scene]:
    """Play a run in a folder."""
    scene = Scene(place, seed)

    def read(web: Web, path: str, _limit: int) -> bytes | None:
        return scene.fetch(web.location, path)

    with patch.object(Web, "read", read), patch.object(Web, "_wait", lambda _web, _seconds: None):
        try:
            scene.chaos()
            scene.calm()
            yield scene
        finally:
            scene.close()
