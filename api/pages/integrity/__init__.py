"""How a visitor can check this server: witnesses, copies of the trust anchor, an earlier copy, an altered copy.

May import: `frame`.
Of other rooms of the interface: what `api.pages` may import.
"""
