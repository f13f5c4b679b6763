"""Preparing an act without writing it by hand: which act and about what, its questions, a draft.

May import: `figures`, `frame`, `news`, `records`.
Of other rooms of the interface: what `api.pages` may import.
"""
