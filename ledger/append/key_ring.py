"""The public keys that entries have registered, loaded and ready to check signatures.

Which key may sign what is the domain's question. This says only which bytes a key id means and
by which scheme its signatures are checked; neither ever changes once registered.
"""

from collections.abc import Mapping
from typing import Any

from constancia.domain.identity.key import Key
from constancia.domain.state import State
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.signatures import PublicKey, decode_base64, load_public_key
from constancia.verify.core.formats.statement import Statement

GENESIS_TYPE = "LedgerOpened"
REGISTRATION_TYPE = "KeyRegistered"
BRINGS_KEYS = frozenset((GENESIS_TYPE, REGISTRATION_TYPE))


class KeyRing:
    """Key ids and their keys. One thread changes it; any thread may look."""

    def __init__(self) -> None:
        self._keys: dict[str, PublicKey] = {}
        self._earlier: State | None = None

    def resume(self, genesis: Mapping[str, Any], earlier: State) -> None:
        """Begin with the keys of a log's first entries: the founders' roots, and those in a state.

        Args:
            genesis: The first entry's statement.
            earlier: The state after those entries, which nobody changes; its keys are loaded when they are asked for.
        """
        self.add(_founders(genesis["body"]))
        self._earlier = earlier

    def get(self, key_id: str) -> PublicKey | None:
        """Return the key registered under an id, or None."""
        key = self._keys.get(key_id)
        if key is not None or self._earlier is None:
            return key
        registered = self._earlier.aggregates.get(f"key/{key_id}")
        if not isinstance(registered, Key):
            return None
        material = {name: getattr(registered, name) for name in ("public_key", "scheme", "rp_id", "origins")}
        key = self._keys[key_id] = _load(material, f"key/{key_id}")
        return key

    def add(self, keys: tuple[PublicKey, ...]) -> None:
        """Add the keys that an entry has introduced."""
        for key in keys:
            self._keys[key.key_id] = key

    def remove(self, keys: tuple[PublicKey, ...]) -> None:
        """Take back what `add` has added, when its entry could not be stored."""
        for key in keys:
            del self._keys[key.key_id]


def introduced_keys(statement: Statement) -> tuple[PublicKey, ...]:
    """Return the keys that a statement itself brings: the founders' roots, or the key being registered.

    Args:
        statement: Any statement whose body has its type's form.

    Returns:
        The keys in the order in which they must sign; empty for all other types.

    Raises:
        Malformed: A key breaks the rule of its scheme.

    Source:
        Ours: SPEC §6, §7.
    """
    if statement.type == REGISTRATION_TYPE:
        return (_load(statement.body, "statement.body"),)
    if statement.type == GENESIS_TYPE:
        return _founders(statement.body)
    return ()


def _founders(body: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    return tuple(
        _load(founder["root"], f"statement.body.founders[{place}].root")
        for place, founder in enumerate(body["founders"])
    )


def _load(key: Mapping[str, Any], where: str) -> PublicKey:
    try:
        return load_public_key(
            key["scheme"],
            decode_base64(key["public_key"], f"{where}.public_key"),
            rp_id=key.get("rp_id"),
            origins=tuple(key.get("origins") or ()),
        )
    except Malformed as error:
        raise Malformed(error.code, where, error.expected, error.found) from error
