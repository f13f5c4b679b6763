"""A monitor: watches logs from outside, keeps what it verified, and what contradicts it as proof.

What an organization leaves running that trusts no host. It needs nothing of the ledger that it watches but the static
files of the log; it holds no key.

- M1: what was verified binds the log for ever. The state advances only with what was verified, never on a failure.
- M2: a contradiction signed by the log's own key becomes one file that proves it to everybody (SPEC §10), and is
  never forgotten.
- M3: a crash at any step loses nothing that was found: evidence first, then the journal, then the state.
- M4: what a peer says is checked like everything else; a peer can prove, and can't accuse.
"""
