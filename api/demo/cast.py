"""The cast of the demonstration: parties and people of the sample data, each with a new key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from constancia.ledger.disk.durable import write_file
from constancia.ledger.keys.key_file import PrivateKey, generate, save
from constancia.ledger.keys.log_signer import KEY_FILE_MODE
from constancia.ledger.signatory.checkpoint_memory import Watch
from constancia.ledger.signatory.draft import representative_actor, root_actor
from constancia.verify.core.formats.note import VerifierKey

FOLDER: Final = "roadmap-2019"


def sample(name: str) -> bytes:
    """Return a file of the sample data."""
    return files("constancia.api").joinpath(FOLDER, name).read_bytes()


def sample_json(name: str) -> Any:
    """Return a JSON file of the sample data, parsed."""
    return json.loads(sample(name))


@dataclass(slots=True, kw_only=True)
class Player:
    """One signer: its actor object, its key, and its own watch of the log."""

    actor: Mapping[str, str]
    key: PrivateKey
    watch: Watch
    appointment: Mapping[str, Any] | None = None


class Cast:
    """All signers of the story, made lazily.

    Args:
        log_key: The log's verifier key, which each signer pins.
        whole: Whether the whole story is played, for which some are given more to sign.
    """

    def __init__(self, log_key: VerifierKey, *, whole: bool = False) -> None:
        self._log_key = log_key
        self._players: dict[str, Player] = {}
        self.parties: dict[str, Any] = sample_json("parties.json")
        people = sample_json("people.json")
        self.first: list[dict[str, Any]] = people["appointments"]
        self.later = {record["appointment"]: record for record in people["later"]}
        for name, further in people["further_scope"].items() if whole else ():
            record = self.appointment(name)
            record["scope"] = sorted({*record["scope"], *further})

    def root(self, party: str) -> Player:
        """Return a party's root."""
        return self._player(f"root-{party}", root_actor(party), None)

    def person(self, appointment: str) -> Player:
        """Return a representative by appointment."""
        record = self.appointment(appointment)
        actor = representative_actor(record["party"], record["person"], appointment, record["capacity"])
        return self._player(appointment, actor, record)

    def appointment(self, name: str) -> dict[str, Any]:
        """Return an appointment's data."""
        first = next((record for record in self.first if record["appointment"] == name), None)
        return first if first is not None else self.later[name]

    def _player(self, name: str, actor: Mapping[str, str], appointment: Mapping[str, Any] | None) -> Player:
        if name not in self._players:
            self._players[name] = Player(
                actor=actor, key=generate(), watch=Watch(self._log_key), appointment=appointment
            )
        return self._players[name]

    def save_keys(self, folder: Path, passphrase: bytes) -> None:
        """Write every key, encrypted, with the passphrase next to it: a demonstration has no secrets."""
        for name, player in sorted(self._players.items()):
            save(player.key, folder / f"{name}.pem", passphrase)
        write_file(folder / "passphrase", passphrase + b"\n", mode=KEY_FILE_MODE)
