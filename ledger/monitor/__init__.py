"""A monitor: watches logs from outside, stores what it verified, and stores contradictions as proof.

An organization runs it without trusting any host. It needs only the static files of the log that it watches, and it
holds no key.

- M1: the log must extend every checkpoint that was verified. The state advances only to a verified checkpoint, never
  on a failure.
- M2: a contradiction signed by the log's own key becomes one file that proves it to everybody (SPEC §10). It is never
  deleted.
- M3: a crash at any step loses no finding: evidence is written first, then the journal, then the state.
- M4: what a peer says is checked like everything else; a peer can prove a contradiction, but cannot accuse falsely.

May import: `audit`, `disk`, `wire`.
"""
