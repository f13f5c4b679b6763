"""A mirror: follows a log by its address, checks all of it, stores it, cosigns what it stores, and serves it.

A university or archive runs it, so that the log can be read and verified where the ledger's own server is gone.

- R1: a checkpoint is cosigned only after it was verified at every level asked for, all that it covers is durable here,
  and the tree that is stored has its root.
- R2: what is stored extends what was cosigned before. A rollback, a fork or a split view ends the copying; the branch
  that was cosigned goes on being served, and the proof of the contradiction is stored.
- R3: a mirror killed at any moment shows its former checkpoint with all its files; the next run goes on.

May import: `monitor`, `audit`, `timestamps`, `witnesses`, `keys`, `disk`, `wire`.
"""
