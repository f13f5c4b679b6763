"""Check of a store as a whole: its tables, its file, its metadata (SPEC §8)."""

from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import SCHEMA, SCHEMA_VERSION, Store


def check_schema(store: Store, findings: Findings, *, whole: bool) -> None:
    """Compare the tables with the specification; with `whole` also run SQLite's integrity check."""
    for table, columns in SCHEMA.items():
        actual = store.columns(table)
        if actual != columns:
            findings.fault("schema", None, table, ", ".join(columns), ", ".join(actual or ("no such table",)))
    damage = store.damage() if whole else None
    if damage is not None:
        findings.fault("schema", None, str(store.path), "a file that SQLite finds sound", damage)


def check_meta(store: Store, origin: str | None, findings: Findings) -> None:
    """Compare the store's metadata with its entries."""
    meta = store.meta()
    # An empty ledger has its origin only here.
    expected = {"schema": SCHEMA_VERSION, "origin": meta.get("origin") if origin is None else origin}
    for name in sorted(expected.keys() | meta.keys(), key=str):
        if expected.get(name) != meta.get(name):
            findings.fault("meta", None, f"meta.{name}", expected.get(name), meta.get(name))
