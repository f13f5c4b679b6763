"""Answers of a form: how they are read into an act's body, what is wrong with them, and what they begin with.

May import: `fields`.
Of other rooms of the interface: what `api.forms` may import.
"""
