"""Which parties hold a seat: governance bodies as their members established, left and rejoined them (SPEC §7.6).

- A body exists once every member has recorded the same establishment.
- A withdrawal takes effect with its entry. A return takes effect when, after the party's own root, every other
  member that has not withdrawn has recorded the same return. From edition 2 on the others are the law's to count (L3),
  which knows who of them can't speak any more: here the root's word suffices, and a successor ends its predecessor.
"""

from dataclasses import dataclass, field

from constancia.verify.core.formats.statement import Statement


@dataclass(slots=True, kw_only=True)
class Body:
    """A governance body: its members, who has left, and the text of each return under way."""

    members: frozenset[str]
    withdrawn: set[str] = field(default_factory=set)
    returning: dict[str, str] = field(default_factory=dict)


class Seats:
    """Folds the entries of the `governance/…` streams. The directory owns it."""

    def __init__(self) -> None:
        self.joint: dict[str, set[str]] = {}
        self.bodies: dict[str, Body] = {}

    def is_seated(self, party: str) -> bool:
        """Tell whether a party is a member of an established body and has not withdrawn from it."""
        return any(party in body.members and party not in body.withdrawn for body in self.bodies.values())

    def join(self, statement: Statement) -> tuple[str, set[str]]:
        """Count an entry among those with an equal text; give the text, and the parties that have recorded it."""
        # SPEC §7 rule 6: since the second edition, provenance is no part of what the parties say equally.
        body = {name: value for name, value in statement.body.items() if statement.schema == 1 or name != "provenance"}
        text = f"{statement.type} {body}"
        self.joint.setdefault(text, set()).add(statement.actor.get("party", ""))
        return text, self.joint[text]

    def apply(self, statement: Statement) -> None:
        """Take in one entry's effect on the seats; other types have none."""
        party, body = statement.actor.get("party", ""), statement.body
        name, members = str(body.get("governance_body")), body.get("members")
        if statement.type == "GovernanceBodyEstablished" and name not in self.bodies:
            _, by = self.join(statement)
            if isinstance(members, list) and members and by.issuperset(map(str, members)):
                self.bodies[name] = Body(members=frozenset(map(str, members)))
                if statement.schema > 1:
                    self.bodies.pop(str(body.get("predecessor")), None)
        elif statement.type == "PartyWithdrew" and name in self.bodies:
            self.bodies[name].withdrawn.add(party)
            self.bodies[name].returning.pop(party, None)
        elif statement.type == "PartyReturned" and name in self.bodies:
            self._return(self.bodies[name], statement)

    def _return(self, body: Body, statement: Statement) -> None:
        returning, (text, by) = str(statement.body.get("party")), self.join(statement)
        if statement.actor == {"capacity": "root", "party": returning} and returning in body.withdrawn:
            by.intersection_update({returning})  # a return begins with this word
            body.returning[returning] = text
        whole = statement.schema > 1 or by >= body.members - (body.withdrawn - {returning})
        if body.returning.get(returning) == text and whole:
            body.withdrawn.discard(returning)
            del body.returning[returning]
