"""Resources of the log: entries, documents, static files and proofs, witnesses, refused attempts, provenance.

May import: no other room of this one.
Of other rooms of the interface: what `api.routers` may import.
"""
