"""What goes with the entries: its places, the vault, what is withdrawn, and bringing it into a database or back.

May import: `timestamps`, `witnesses`, `attempts`, `folder`, `store`, `disk`.
"""
