"""What may be said, and what follows from it: pure, without input or output, clock or randomness.

- D1: the state is a function of the entries alone, in their order (`state`).
- D2: a statement is judged against the state at the head and the instant of recording, nothing else (`decide`).
- D3: what follows from the entries (in force, adopted, overdue, expired) is derived, never said (`derive`).
- D4: nothing is overwritten: scope baselines, earlier versions, votes, contests and corrections stay.

It trusts its caller for form, signature bytes and `seen`; the ledger checks them with `verify` beforehand.
"""
