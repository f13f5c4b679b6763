"""Open data: the ledger as tables, a data dictionary, a database, a catalogue, and a site that needs no server.

May import: `http`, `text`.
"""
