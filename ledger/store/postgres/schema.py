"""The tables of SPEC §8 in PostgreSQL, made in one transaction and versioned.

`stored_events`, `batches` and `meta` have the columns that they have in the SQLite file, with the same values. Next to
them are the witnesses' cosignatures, a row about the writer, the files that go with the log, the vault, the refused
attempts, and the version of all this.

New tables are made as version 1, and then altered step by step like those of an older program: there is one way to
each version.
"""

from typing import Final

VERSION: Final = 3
READ_FROM: Final = 2  # the oldest version that has all tables and columns that are read
MIN_SERVER: Final = 130000  # 13
CHANNEL: Final = "constancia"
# One number of the two that an advisory lock has; the other is the table's own.
LOCK_CLASS: Final = 0x636F6E  # "con"
PATH_LOCK_CLASS: Final = LOCK_CLASS + 1  # a file that is written, by its path

_GUARD: Final = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_DENSE_EVENTS: Final = """
CREATE FUNCTION ledger_dense_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE counted bigint; lowest bigint; highest bigint; earlier bigint;
BEGIN
    SELECT count(*), min(position), max(position) INTO counted, lowest, highest FROM added;
    IF counted = 0 THEN RETURN NULL; END IF;
    SELECT coalesce(max(position), 0) INTO earlier FROM stored_events WHERE position < lowest;
    IF lowest <> earlier + 1 OR highest <> earlier + counted THEN
        RAISE EXCEPTION 'stored_events: position is not the next one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
_DENSE_BATCHES: Final = """
CREATE OR REPLACE FUNCTION ledger_dense_batches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= NEW.first_index
        OR NEW.first_index <> coalesce((SELECT {earlier} FROM batches WHERE first_index < NEW.first_index {which}), 0)
        OR NEW.size <> (SELECT max(position) FROM stored_events)
    THEN
        RAISE EXCEPTION 'batches: not the next batch' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
_APPEND_ONLY: Final = ("stored_events", "batches", "meta")

VERSION_1: Final = (
    # Bytes are not compressed: entries of a kilobyte gain nothing, and the time would be the writer's.
    """CREATE TABLE stored_events (
        position bigint PRIMARY KEY,
        originator_id text COLLATE "C" NOT NULL,
        originator_version bigint NOT NULL,
        topic text COLLATE "C" NOT NULL,
        state bytea NOT NULL,
        statement_id text COLLATE "C" NOT NULL UNIQUE,
        UNIQUE (originator_id, originator_version))""",
    "ALTER TABLE stored_events ALTER COLUMN state SET STORAGE EXTERNAL",
    """CREATE TABLE batches (
        first_index bigint PRIMARY KEY,
        size bigint NOT NULL,
        leaf_hashes bytea NOT NULL,
        checkpoint text COLLATE "C" NOT NULL)""",
    "CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL)",
    """CREATE TABLE cosignatures (
        number bigint GENERATED ALWAYS AS IDENTITY,
        size bigint NOT NULL,
        root bytea NOT NULL,
        key text COLLATE "C" NOT NULL,
        line text COLLATE "C" NOT NULL,
        PRIMARY KEY (size, key))""",
    "CREATE INDEX cosignatures_by_key ON cosignatures (key, size)",
    # Who writes. `epoch` grows with each writer; `moved` says where the ledger went, and that nobody writes here.
    """CREATE TABLE writer (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        epoch bigint NOT NULL,
        holder text NOT NULL,
        since timestamptz NOT NULL,
        moved text)""",
    "INSERT INTO writer (epoch, holder, since) VALUES (0, '', now())",
    "CREATE TABLE layout (version integer NOT NULL)",
    "INSERT INTO layout VALUES (1)",
    _GUARD,
    _DENSE_EVENTS,
    _DENSE_BATCHES.format(earlier="max(size)", which=""),
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
        for table in _APPEND_ONLY
    ),
    "CREATE TRIGGER stored_events_dense AFTER INSERT ON stored_events REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_dense_events()",
    "CREATE TRIGGER batches_dense AFTER INSERT ON batches FOR EACH ROW EXECUTE FUNCTION ledger_dense_batches()",
)


def _files(area: str) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE {area} (
            path text COLLATE "C" PRIMARY KEY,
            number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            size bigint NOT NULL)""",
        f"""CREATE TABLE {area}_parts (
            file bigint NOT NULL REFERENCES {area} (number) ON DELETE CASCADE,
            part integer NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (file, part))""",
        f"ALTER TABLE {area}_parts ALTER COLUMN data SET STORAGE EXTERNAL",
    )


# By the version that they lead to.
STEPS: Final = {
    2: (
        *_files("files"),
        *_files("withheld"),
        """CREATE TABLE sealed (
            commitment text COLLATE "C" PRIMARY KEY,
            salt bytea NOT NULL,
            value text NOT NULL,
            field text NOT NULL,
            party text NOT NULL)""",
        """CREATE TABLE attempts (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            sha256 text COLLATE "C" NOT NULL UNIQUE,
            statement_sha256 text COLLATE "C" NOT NULL UNIQUE,
            key text COLLATE "C" NOT NULL,
            type text NOT NULL,
            stream text NOT NULL,
            id text NOT NULL,
            code text NOT NULL,
            rule text NOT NULL,
            judged_against text NOT NULL,
            first_at text NOT NULL,
            last_at text NOT NULL,
            last_code text NOT NULL,
            times bigint NOT NULL,
            document bytea NOT NULL)""",
        "CREATE INDEX attempts_by_key ON attempts (key, number)",
        """CREATE TABLE absent (
            key text COLLATE "C" NOT NULL,
            reason text COLLATE "C" NOT NULL,
            times bigint NOT NULL,
            PRIMARY KEY (key, reason))""",
        # Tables from which something was erased whose bytes are still in their files.
        'CREATE TABLE erasures (area text COLLATE "C" PRIMARY KEY)',
        "CREATE INDEX cosignatures_by_number ON cosignatures (number)",
        "UPDATE layout SET version = 2",
    ),
    # The last batch is found by its key; version 1 looks for the largest size, in all of them.
    3: (
        _DENSE_BATCHES.format(earlier="size", which="ORDER BY first_index DESC LIMIT 1"),
        "UPDATE layout SET version = 3",
    ),
}
STATEMENTS: Final = (*VERSION_1, *(statement for version in sorted(STEPS) for statement in STEPS[version]))

# One statement is one transaction and one way there and back. Every column goes as a binary array.
INSERT_BATCH: Final = f"""
WITH entries AS (
    INSERT INTO stored_events
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::text[])
), batch AS (
    INSERT INTO batches VALUES (%b, %b, %b, %b)
)
SELECT pg_notify('{CHANNEL}', '')
"""  # noqa: S608 (the channel is ours)
TAKE_OVER: Final = "UPDATE writer SET epoch = epoch + 1, holder = %s, since = now() WHERE moved IS NULL RETURNING epoch"
# A commit without a row: a message in the server's log that nobody reads.
CONFIRM: Final = "SELECT pg_logical_emit_message(true, 'constancia', '')"
LOCK: Final = "SELECT pg_try_advisory_lock(%s, ('batches'::regclass::oid::bigint & 2147483647)::int) AS is_ours"
# A server that is not reached any more must not have the lock without end, nor one that is idle be thrown out.
SESSION: Final = """
SELECT set_config('statement_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false),
    set_config('lock_timeout', '5s', false), set_config('client_encoding', 'UTF8', false),
    set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false)
"""
READER_SESSION: Final = "SELECT set_config('statement_timeout', '5s', false), set_config('lock_timeout', '5s', false)"
SETTINGS: Final = """
SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS is_standby,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit, current_setting('server_encoding') AS encoding,
    current_setting('transaction_read_only') AS read_only
"""
