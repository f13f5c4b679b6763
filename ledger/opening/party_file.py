"""A party's own file: its root's public key, its representative and its witness, signed with its root.

- F1: it names the invitation that the party read, and holds only under that one.
- F2: an edited file is refused: the signature is by the root key that the file names, over all other members.

Nothing in it is secret, and it gives nobody any power: what counts later is the genesis, which the same root signs.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.domain.identity.key_material import KeyMaterial, spki_of
from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES, Capacity
from constancia.domain.values.values import FormError, Hex64, Identifier, Label, Text, TypeName, Value
from constancia.ledger.keys.key_file import PrivateKey
from constancia.ledger.opening.exchange_file import MARK, read_object
from constancia.ledger.opening.invitation import Invitation
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.dsse import pae
from constancia.verify.core.formats.note import parse_vkey
from constancia.verify.core.formats.signatures import Signature, decode_base64, load_public_key, verify_signature

KIND: Final = "party/1"
_PAYLOAD_TYPE: Final = "application/vnd.constancia.party.v1+json"
MAX_PARTY_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative(Value):
    """Whom the party appoints, with the public part of the person's key and the types that the person may sign."""

    appointment: Identifier
    capacity: Capacity
    key: KeyMaterial
    name: Label
    person: Identifier
    post: Text
    scope: tuple[TypeName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessOffer(Value):
    """The party's witness: its verifier keys, and the address at which the ledger's server asks it."""

    keys: tuple[str, ...]
    url: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFile(Value):
    """What a party says of itself to those that it opens a ledger with."""

    opening: Hex64
    party: Identifier
    representative: Representative
    root: KeyMaterial
    witness: WitnessOffer | None = None

    def signed_with(self, root: PrivateKey) -> bytes:
        """Give the file, signed with the party's root."""
        members = self.to_json()
        signature = root.sign(pae(_PAYLOAD_TYPE, canonical(members)))
        encoded = base64.b64encode(signature.sig).decode()
        return canonical({MARK: KIND, **members, "signature": encoded}) + b"\n"

    def policy_lines(self) -> list[str]:
        """Give the lines of its witness for a trust policy; none where it runs none."""
        if self.witness is None:
            return []
        return policy_lines(self.party, [parse_vkey(key) for key in self.witness.keys], self.witness.url)

    def registration(self) -> dict[str, Any]:
        """Give the body by which the representative's key presents itself."""
        about = self.representative
        named = {"appointment": about.appointment, "key": about.key.key_id, "party": self.party}
        return {**named, **about.key.to_json()}

    def appointment(self, day: str) -> dict[str, Any]:
        """Give the body by which the root appoints the representative.

        Args:
            day: The first day, `YYYY-MM-DD`.
        """
        about = {name: item for name, item in self.representative.to_json().items() if name != "key"}
        return about | {"party": self.party, "valid_from": day}


def party_file_of(members: Mapping[str, Any], invitation: Invitation) -> PartyFile:
    """Make a party's file of its members.

    Raises:
        Malformed: A member is missing, unknown or of another form, or does not fit the invitation.
    """
    try:
        offered = PartyFile.parse(dict(members), "party")
    except FormError as error:
        raise Malformed("form", error.where, error.expected, error.found) from error
    if offered.opening != invitation.digest:
        raise Malformed("other-opening", "party.opening", "a file of this opening", offered.opening)
    if invitation.party(offered.party) is None:
        listed = ", ".join(invited.party for invited in invitation.parties)
        raise Malformed("uninvited", "party.party", f"one of {listed}", offered.party)
    _check_parts(offered, invitation)
    return offered


def read_party_file(raw: bytes, invitation: Invitation) -> PartyFile:
    """Read a party's file for an invitation.

    Args:
        raw: The file.
        invitation: The invitation.

    Returns:
        The party's file.

    Raises:
        Malformed: Another kind of file, another form, one for another opening, of a party that was not invited, or one
            that was edited after it was signed.
    """
    members = read_object(raw, KIND, MAX_PARTY_BYTES)
    encoded = members.pop("signature", "")
    offered = party_file_of(members, invitation)
    key = load_public_key(offered.root.scheme, spki_of(offered.root.public_key))
    signature = Signature(key=key.key_id, sig=decode_base64(str(encoded), "party.signature"))
    if not verify_signature(key, signature, pae(_PAYLOAD_TYPE, canonical(members))):
        raise Malformed("edited", "party.signature", "the file as its party signed it", "an edited file")
    return offered


def _check_parts(offered: PartyFile, invitation: Invitation) -> None:
    about = offered.representative
    load_public_key(about.key.scheme, spki_of(about.key.public_key))
    listed: tuple[str, ...] = DEFAULT_CAPACITIES
    if invitation.capacities is not None:
        listed = tuple(named.capacity for named in invitation.capacities)
    if about.capacity not in listed:
        raise Malformed("form", "party.representative.capacity", f"one of {', '.join(listed)}", about.capacity)
    if not set(invitation.languages) <= set(about.post.languages):
        expected = f"every text in {', '.join(invitation.languages)}"
        raise Malformed("form", "party.representative.post", expected, sorted(about.post.languages))
    if about.key.key_id == offered.root.key_id:
        raise Malformed("form", "party.representative.key", "another key than the root", about.key.key_id)
    for key in offered.witness.keys if offered.witness else ():
        parse_vkey(key)
    if offered.witness is not None and not offered.witness.url.startswith(("http://", "https://")):
        raise Malformed("form", "party.witness.url", "an http or https address", offered.witness.url)
