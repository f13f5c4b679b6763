"""The catalogues of a language as one compiled file: a release's own, or made from a checkout's sources.

May import: no other room of this one.
Of other rooms of the interface: what `api.text` may import.
"""
