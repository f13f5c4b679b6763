"""The pages of commitments, decisions and parties, the lists, and what only a copy without a server has.

May import: `decision_waits`, `figures`, `frame`, `late_fulfilments`, `lateness`, `news`.
Of other rooms of the interface: what `api.pages` may import.
"""
