"""One served ledger for all tools that nobody here wrote: some hundred entries, keys of every scheme."""

import shutil
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import Desk, desk_in
from tests.e2e.test_publish import plain_web_server
from tests.foreign.keys import RsaKey, passkey_ed25519, passkey_p256
from tests.ledger.world import Signed, text

# Text that a shell would make something else of.
AWKWARD: dict[str, Any] = {
    "alleged_actor": text("Alguien"),
    "allegation": "awkward",
    "description": text("Comillas ' \" y $HOME `id` \\ 100% \n¡ñ! 'fin'"),
    "evidence": [],
    "kind": "other",
    "since": "2019",
}


@dataclass
class Library:
    """A served ledger, which nobody writes to any more; an entry's index and the key for each scheme."""

    desk: Desk
    registered: dict[str, int] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with desk_in(tmp_path_factory.mktemp("library") / "ledger") as desk:
        library = Library(desk)
        desk.play([*desk.world.founding(), *desk.world.commitment("c1")])
        signers = {"rsa": RsaKey(), "passkey-p256": passkey_p256(), "passkey-ed25519": passkey_ed25519()}
        for name, key in signers.items():
            library.registered[name] = desk.take(registration(desk, key))["index"]
            library.keys[name] = key
        awkward = desk.world.says("nosc", "AllegationMade", "allegation/awkward", **AWKWARD)
        library.registered["awkward"] = desk.take(awkward)["index"]
        many = [desk.world.allege("c1", party, length=n) for n, party in enumerate(("nosc", "sfp") * 250, start=1)]
        for one in many[:40]:
            desk.take(one)
        wait([desk.ledger.submit(one.parsed) for one in many[40:]])
        library.registered["ed25519"] = desk.ledger.size - 1
        yield library


@pytest.fixture(scope="module")
def published(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder published once, so that the newest partial tiles alone are in it, and its address."""
    folder = tmp_path_factory.mktemp("published")
    library.desk.ledger.publish(folder)
    with plain_web_server(folder) as url:
        yield folder, url


def registration(desk: Desk, key: Any) -> Signed:
    """A key registers itself, by a signature of its own."""
    body = {"appointment": "ap-nosc", "key": key.key_id, "party": "nosc", **key.material}
    actor = desk.world.actor("nosc")
    raw = desk.world.statement("KeyRegistered", body, stream=f"key/{key.key_id}", actor=actor)
    return Signed(statement=raw, signatures=(key.sign(raw),))


def program(name: str) -> str:
    """Gives a program's path, or skips the test and says what is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; sh tests/system.sh installs it on Debian")
    return found
