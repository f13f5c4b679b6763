"""What a store is as a whole: its tables, its file, what it says of itself (SPEC §8)."""

from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import SCHEMA, SCHEMA_VERSION, Store


def check_schema(store: Store, findings: Findings, *, whole: bool) -> None:
    """Hold the tables to the specification; with `whole` also the file to SQLite's own check of it."""
    for table, columns in SCHEMA.items():
        found = store.columns(table)
        if found != columns:
            findings.fault("schema", None, table, ", ".join(columns), ", ".join(found or ("no such table",)))
    damage = store.damage() if whole else None
    if damage is not None:
        findings.fault("schema", None, str(store.path), "a file that SQLite finds sound", damage)


def check_meta(store: Store, origin: str | None, findings: Findings) -> None:
    """Hold what the store says of itself to what its entries say."""
    found = store.meta()
    # An empty ledger has nothing but this to say its origin.
    expected = {"schema": SCHEMA_VERSION, "origin": found.get("origin") if origin is None else origin}
    for name in sorted(expected.keys() | found.keys(), key=str):
        if expected.get(name) != found.get(name):
            findings.fault("meta", None, f"meta.{name}", expected.get(name), found.get(name))
