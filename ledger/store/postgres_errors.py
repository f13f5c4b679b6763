"""What PostgreSQL's errors mean to an operator: a stable code, and what to do, in both languages.

The driver is not imported here: its errors are known by their SQLSTATE. While a connection is being made its library
gives no SQLSTATE, so that the server's own words are looked at, in English and in Spanish.
"""

from typing import Final

from constancia.ledger.errors import StoreUnavailable

# SQLSTATEs: PostgreSQL, appendix "Error Codes".
_BY_STATE: Final = {
    "28P01": "E_STORE_LOGIN", "28000": "E_STORE_LOGIN", "3D000": "E_STORE_MISSING", "3F000": "E_STORE_MISSING",
    "42501": "E_STORE_RIGHTS", "25006": "E_STORE_STANDBY", "53100": "E_STORE_FULL",
}  # fmt: skip
_BY_WORDS: Final = (
    ("E_STORE_LOGIN", ("authentication failed", "autentificación", "autenticación", "no password supplied", "pg_hba")),
    ("E_STORE_LOGIN", ("role", "rol «")),
    ("E_STORE_MISSING", ("database \"", "base de datos")),
    ("E_STORE_STANDBY", ("session is read-only", "server is in hot standby mode", "is not in hot standby mode")),
)  # fmt: skip
_NOT_THERE: Final = ("does not exist", "no existe")
_WORDS: Final = {
    "E_STORE_ADDRESS": (
        "La dirección de la base de datos no se entiende. Se espera postgresql://USUARIO@SERVIDOR:PUERTO/BASE, con la "
        "contraseña en PGPASSWORD, en ~/.pgpass o en la dirección que da CONSTANCIA_DATABASE; los signos # / ? @ de "
        "una contraseña se escriben %23 %2F %3F %40",
        "the database's address can't be read. Expected postgresql://USER@HOST:PORT/DATABASE, with the password in "
        "PGPASSWORD, in ~/.pgpass or in the address that CONSTANCIA_DATABASE gives; the signs # / ? @ of a password "
        "are written %23 %2F %3F %40",
    ),
    "E_STORE_DRIVER": (
        "Falta el controlador de PostgreSQL: instale constancia[postgres]",
        "the driver of PostgreSQL is missing: install constancia[postgres]",
    ),
    "E_STORE_FULL": (
        "El disco de la base de datos está lleno: no se registró nada de este lote. Haga lugar; se sigue solo",
        "the database's disk is full: nothing of this batch was recorded. Make room; the server goes on by itself",
    ),
    "E_STORE_GONE": (
        "La base de datos no contesta: no se confirma nada hasta que vuelva. Lo que se envió puede haberse registrado: "
        "envíe los mismos bytes otra vez, nunca se registran dos veces. El servidor la busca cada segundo",
        "the database does not answer: nothing is acknowledged until it is back. What was sent may have been recorded: "
        "send the same bytes again, they are never recorded twice. The server tries it every second",
    ),
    "E_STORE_LOCKED": (
        "Otro servidor escribe este libro: un libro tiene un solo escritor. Detenga aquél, o arranque éste con "
        "--read-only",
        "another server writes this ledger: a ledger has one writer. Stop that one, or start this one with --read-only",
    ),
    "E_STORE_LOGIN": (
        "La base de datos rechaza la cuenta o su contraseña. Revise el usuario de la dirección, la contraseña y "
        "pg_hba.conf",
        "the database refuses the account or its password. Check the address's user, the password and pg_hba.conf",
    ),
    "E_STORE_MISSING": (
        "En ese servidor no hay esa base de datos, o no hay un libro en ella. Créela (createdb) o corrija la dirección",
        "that server has no such database, or no ledger in it. Create it (createdb) or correct the address",
    ),
    "E_STORE_MOVED": (
        "Este libro se mudó de esta base de datos y aquí ya no se escribe: ábralo donde está ahora",
        "this ledger was moved out of this database and is not written here any more: open it where it is now",
    ),
    "E_STORE_RIGHTS": (
        "La cuenta no tiene permiso en la base de datos: debe ser dueña de las tablas del libro, o poder crearlas; "
        "para sólo leer basta SELECT",
        "the account lacks a right in the database: it must own the ledger's tables, or be able to create them; for "
        "reading SELECT is enough",
    ),
    "E_STORE_STANDBY": (
        "Ese servidor es una réplica de sólo lectura: para escribir dé la dirección del primario, o las de todos con "
        "target_session_attrs=read-write; para leer use --read-only",
        "that server is a read-only standby: for writing give the primary's address, or all of them with "
        "target_session_attrs=read-write; for reading use --read-only",
    ),
    "E_STORE_UNCONFIRMED": (
        "La réplica síncrona no confirma lo que se escribe: no se confirma nada hasta que vuelva, o hasta que el "
        "administrador de la base la cambie. Lo enviado puede repetirse con los mismos bytes",
        "the synchronous standby does not confirm what is written: nothing is acknowledged until it is back, or the "
        "database's administrator replaces it. What was sent can be sent again, the same bytes",
    ),
    "E_STORE_UNSAFE": (
        "La base de datos no promete que lo confirmado queda en el disco, y así no se escribe un libro. Corrija su "
        "configuración",
        "the database does not promise that what it confirms is on the disk, and a ledger is not written so. Correct "
        "its configuration",
    ),
    "E_STORE_VERSION": (
        "Las tablas del libro, o el servidor, son de otra versión que la que este programa usa",
        "the ledger's tables, or the server, are of another version than this program uses",
    ),
}  # fmt: skip
CODES: Final = frozenset(_WORDS)


def unavailable(code: str, detail: object = "") -> StoreUnavailable:
    """Give the error of a code, with what was observed in brackets.

    Args:
        code: One of `CODES`.
        detail: What was observed, such as the server's words.
    """
    return StoreUnavailable.of(code, _WORDS[code], detail)


def is_known(error: BaseException) -> bool:
    """Tell whether a driver's error has a SQLSTATE that an operator can do something about."""
    return getattr(error, "sqlstate", None) in _BY_STATE


def of_driver(error: BaseException) -> StoreUnavailable:
    """Give what a driver's error means: by its SQLSTATE, else by its words, else the database is gone."""
    state = getattr(error, "sqlstate", None)
    text = str(error)
    if state in _BY_STATE:
        return unavailable(_BY_STATE[state], text)
    if state is not None and state.startswith("42"):  # a table or column is not as this program knows it
        return unavailable("E_STORE_VERSION", text)
    lowered = text.lower()
    for code, words in _BY_WORDS:
        if any(word in lowered for word in words) and (
            words[0] not in ("role", 'database "') or any(word in lowered for word in _NOT_THERE)
        ):
            return unavailable(code, text)
    return unavailable("E_STORE_GONE", text)
