"""Which parties hold a seat: governance bodies as their members established, left and rejoined them (SPEC §7.6).

- A body exists once every member has recorded the same establishment.
- A withdrawal takes effect with its entry. A return takes effect when, after the party's own root, every other
  member that has not withdrawn has recorded the same return.
"""

from dataclasses import dataclass, field
from typing import Any

from constancia.verify.core.formats.statement import Statement


@dataclass(slots=True, kw_only=True)
class Joint:
    """Entries by several parties with one body: who has recorded it so far."""

    body: dict[str, Any]
    by: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Body:
    """A governance body: its members, who has left, whose return is under way."""

    members: frozenset[str]
    withdrawn: set[str] = field(default_factory=set)
    returning: dict[str, Joint] = field(default_factory=dict)


class Seats:
    """Folds the entries of the `governance/…` streams. The directory owns it."""

    def __init__(self) -> None:
        self.proposed: dict[str, list[Joint]] = {}
        self.bodies: dict[str, Body] = {}

    def is_seated(self, party: str) -> bool:
        """Tell whether a party is a member of an established body and has not withdrawn from it."""
        return any(party in one.members and party not in one.withdrawn for one in self.bodies.values())

    def apply(self, statement: Statement) -> None:
        """Take in one entry's effect on the seats; other types have none."""
        # SPEC §7 rule 6: since the second edition, provenance is no part of what the parties say equally.
        body = {name: value for name, value in statement.body.items() if statement.schema == 1 or name != "provenance"}
        party, name = statement.actor.get("party", ""), str(body.get("governance_body"))
        if statement.type == "GovernanceBodyEstablished":
            self._establish(name, body, party)
        elif statement.type == "PartyWithdrew" and name in self.bodies:
            self.bodies[name].withdrawn.add(party)
            self.bodies[name].returning.pop(party, None)
        elif statement.type == "PartyReturned" and name in self.bodies:
            self._return(self.bodies[name], body, party, is_root=statement.actor["capacity"] == "root")

    def _establish(self, name: str, body: dict[str, Any], party: str) -> None:
        if name in self.bodies:
            return
        joints = self.proposed.setdefault(name, [])
        joint = next((one for one in joints if one.body == body), None)
        if joint is None:
            joint = Joint(body=body)
            joints.append(joint)
        joint.by.add(party)
        members = body.get("members")
        if isinstance(members, list) and members and joint.by.issuperset(map(str, members)):
            self.bodies[name] = Body(members=frozenset(map(str, members)))

    def _return(self, body: Body, said: dict[str, Any], party: str, *, is_root: bool) -> None:
        returning = str(said.get("party"))
        if is_root and party == returning and party in body.withdrawn:
            body.returning[returning] = Joint(body=said)
        joint = body.returning.get(returning)
        if joint is None or joint.body != said:
            return
        joint.by.add(party)
        if joint.by >= body.members - (body.withdrawn - {returning}):
            body.withdrawn.discard(returning)
            del body.returning[returning]
