"""The tables of SPEC §8 in an SQLite file, their indexes, and the triggers that keep mistakes out.

Names of streams are random: in a large store each one that is new in an index is a page more to write. Most streams
have one entry, and nobody looks that one up by its name. So the first entry of a stream has no row in the index of
names, but in the stream of a key, whose first word may be its end where genesis began it (`Log.later_of`). That no
stream begins twice is for the head to see to, at each append and whenever a ledger is opened. Stores that older
programs made have every name in an index, and stay as they are.
"""

from typing import Final

from constancia.ledger.store.entry_store import KEYS

SCHEMA_VERSION: Final = "1"

# What the index of names holds: a query is answered by it only if it says the same.
NAMED: Final = f"(originator_version > 1 OR originator_id BETWEEN '{KEYS}' AND '{KEYS}~')"
OLDER_INDEX: Final = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_autoindex_stored_events_2'"
INDEX: Final = (
    "CREATE UNIQUE INDEX IF NOT EXISTS stored_events_named ON stored_events (originator_id, originator_version) "
    f"WHERE {NAMED}"
)

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS stored_events ("
    "position INTEGER PRIMARY KEY, "
    "originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, "
    "topic TEXT NOT NULL, "
    "state BLOB NOT NULL, "
    "statement_id TEXT NOT NULL UNIQUE)",
    "CREATE TABLE IF NOT EXISTS batches ("
    "first_index INTEGER PRIMARY KEY, "
    "size INTEGER NOT NULL, "
    "leaf_hashes BLOB NOT NULL, "
    "checkpoint TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
_GUARDS: Final = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act} BEFORE {act} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in ("stored_events", "batches", "meta")
    for act in ("UPDATE", "DELETE")
)
# `INSERT OR REPLACE` deletes without asking the delete trigger, hence the guards on insertion.
_DENSE: Final = (
    "CREATE TRIGGER IF NOT EXISTS stored_events_dense BEFORE INSERT ON stored_events "
    "WHEN NEW.position IS NOT (SELECT COALESCE(MAX(position), 0) + 1 FROM stored_events) "
    "BEGIN SELECT RAISE(ABORT, 'stored_events: position is not the next one'); END",
    # The last batch is found by its key; an earlier program looked for the largest size, in all of them.
    "DROP TRIGGER IF EXISTS batches_dense",
    "CREATE TRIGGER IF NOT EXISTS batches_next BEFORE INSERT ON batches "
    "WHEN NEW.first_index IS NOT COALESCE((SELECT size FROM batches ORDER BY first_index DESC LIMIT 1), 0) "
    "OR NEW.size IS NOT (SELECT MAX(position) FROM stored_events) "
    "BEGIN SELECT RAISE(ABORT, 'batches: not the next batch'); END",
    "CREATE TRIGGER IF NOT EXISTS meta_once BEFORE INSERT ON meta "
    "WHEN EXISTS (SELECT 1 FROM meta WHERE key = NEW.key) "
    "BEGIN SELECT RAISE(ABORT, 'meta: already set'); END",
)
TABLES: Final = (*_TABLES, *_GUARDS, *_DENSE)
