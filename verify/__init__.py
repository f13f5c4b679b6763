"""What anybody can check: the wire format as code, on the standard library and `cryptography` alone.

Bytes go in; facts or a fault come out. The invariants that this floor holds:

- V1: bytes are accepted only in their one canonical form (`canonical`).
- V2: a signature counts only under the one strict rule (`keys`), whichever library checks it.
- V3: a checkpoint counts only if the pinned log key signed it, and the pinned quorum cosigned it (`policy`).
- V4: an entry counts only where the chain, the tree and the checkpoint say the same of it (`audit`).
- V5: authorship is judged at the entry's index, from the entries before it only (`directory`).
- V6: each statement's `seen` root is the root of this tree at that size (`seen`).
- V7: what was not checked is said; without a trust anchor the verdict is never better than inconclusive.

It trusts the caller's trust folder, SHA-256 and the signature schemes; nothing that the audited party serves.
It does not judge whether an act was legal (the domain's work) nor whether a statement is true.
"""
