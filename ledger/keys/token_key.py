"""An Ed25519 key in a PKCS#11 token: it signs there, and can't be read.

- T1: no signature is used before it has verified under the public key that the key file names.
- T2: if the token does not answer, its module is restarted once, and then again on each call of `look_after`. A
  refused PIN is not sent again, because a token locks itself after a few.

The PIN stays in this process's memory, as a key from a file would: without it a token that comes back stays closed.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.ledger.errors import TokenUnavailable
from constancia.ledger.keys.token_errors import FINAL, of_module, token_trouble
from constancia.ledger.keys.token_uri import OF_TOKEN, TokenUri

RAW_BYTES: Final = 32
# A point as PKCS#11 3.0 has it, raw; as 2.40 had it, in an octet string; and in a bit string, as some tokens give it.
_POINT_HEADS: Final = (b"", b"\x04\x20", b"\x03\x21\x00")

R = TypeVar("R")


@dataclass(slots=True)
class _Module:
    """A module that is loaded, once in a process: one call at a time, and how often it was started over."""

    path: Path
    lock: "threading.RLock" = field(default_factory=threading.RLock)
    starts: int = 0

    def load(self, *, restart: bool) -> Any:
        """Give the started module; started over, no earlier session of it is valid any more."""
        pkcs11 = _pkcs11()
        if not self.path.is_file():
            raise token_trouble("E_TOKEN_MODULE", self.path)
        if restart:
            self.starts += 1
        try:
            library = pkcs11.lib(str(self.path))
        except pkcs11.PKCS11Error as error:
            # Its class is the same for every fault of the loader; a module that was loaded answers with one of its own.
            code = "E_TOKEN_MODULE" if type(error) is pkcs11.PKCS11Error else "E_TOKEN_GONE"
            raise token_trouble(code, f"{self.path}: {str(error) or type(error).__name__}") from error
        if restart:
            library.reinitialize()
        return library


@cache
def _module(path: Path) -> _Module:
    return _Module(path)


class TokenKey:
    """A key in a token. Safe to use from several threads.

    Attributes:
        uri: Where it is.
        unavailable: Why it can't sign, as far as is known; None while it can.
    """

    def __init__(self, uri: TokenUri, pin: bytes, public: bytes | None = None) -> None:
        """Log in to the token and find the key.

        Args:
            uri: Where it is.
            pin: The user's PIN.
            public: The public key that it is to have, 32 bytes; None takes the one that it has.

        Raises:
            TokenUnavailable: It can't be had; the code says why.
        """
        self.uri = uri
        self.unavailable: TokenUnavailable | None = None
        self._pin = pin
        self._module = _module(uri.module)
        self._public = None if public is None else Ed25519PublicKey.from_public_bytes(public)
        self._handle: Any = None
        self._opened_at = -1  # which start of the module the handle is of
        self.look_after()
        if self.unavailable is not None:
            raise self.unavailable.with_traceback(None)

    def public_key(self) -> Ed25519PublicKey:
        """Give the public key."""
        if self._public is None:  # not after `__init__`
            raise token_trouble("E_TOKEN_KEY", self.uri.name)
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Sign bytes in the token.

        Raises:
            TokenUnavailable: It can't be had, or what it gave is no signature of the key (rule T1).

        Source: RFC 8032 §5.1.6; PKCS#11 3.0 §2.3.14, `CKM_EDDSA` without a parameter.
        """

        def sign_and_check(handle: Any) -> bytes:
            signature: bytes = handle.sign(message, mechanism=_pkcs11().Mechanism.EDDSA)
            try:
                self.public_key().verify(signature, message)
            except InvalidSignature:
                raise token_trouble("E_TOKEN_OTHER", self.uri.name) from None
            return signature

        return self._use(sign_and_check)

    def look_after(self) -> None:
        """Notice a token that went away, and go on with one that is back; `unavailable` says what is."""
        try:
            self._use(lambda handle: handle[_pkcs11().Attribute.KEY_TYPE])
        except TokenUnavailable as error:
            self.unavailable = error

    def _use(self, act: Callable[[Any], R]) -> R:
        """Do something with the key; where the session is gone, in another one (rule T2)."""
        with self._module.lock:
            if self.unavailable is not None and self.unavailable.code in FINAL:
                raise self.unavailable.with_traceback(None)
            try:
                done = self._tried(act)
            except TokenUnavailable as error:
                self.unavailable, self._handle = error, None
                raise
            self.unavailable = None
            return done

    def _tried(self, act: Callable[[Any], R]) -> R:
        pkcs11 = _pkcs11()
        try:
            if self._handle is not None and self._opened_at == self._module.starts:
                return act(self._handle)
        except pkcs11.PKCS11Error:
            self._handle = None
        # Where another key of the same module has started it over since, its slots are those of now.
        restart = self.unavailable is not None or self._opened_at == self._module.starts
        try:
            return act(self._open(restart=restart))
        except pkcs11.PKCS11Error as error:
            raise of_module(error, self.uri.name) from error

    def _open(self, *, restart: bool) -> Any:
        tokens = list(self._tokens(self._module.load(restart=restart)))
        if not tokens and not restart:  # some modules look for tokens only when they are started
            tokens = list(self._tokens(self._module.load(restart=True)))
        session = self._log_in(_only(tokens, self.uri.name, "E_TOKEN_GONE"))
        self._handle = self._found(session)
        self._opened_at = self._module.starts
        return self._handle

    def _tokens(self, library: Any) -> Iterator[Any]:
        pkcs11 = _pkcs11()
        wanted = {name: self.uri.attributes.get(name) for name in OF_TOKEN}
        for slot in library.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except pkcs11.PKCS11Error:  # taken out, or another one's fault: what is wanted may be in another slot
                continue
            its = {
                "token": token.label, "manufacturer": token.manufacturer_id, "model": token.model,
                "serial": token.serial.decode("utf-8", "replace"),
            }  # fmt: skip
            is_ready = pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags
            if is_ready and all(value in (None, its[name].strip()) for name, value in wanted.items()):
                yield token

    def _log_in(self, token: Any) -> Any:
        pkcs11 = _pkcs11()
        try:
            return token.open(user_pin=self._pin.decode())
        except UnicodeDecodeError:
            raise token_trouble("E_TOKEN_PIN", self.uri.name) from None
        except pkcs11.UserAlreadyLoggedIn:  # with another key of this token: the process is logged in as a whole
            return token.open()

    def _found(self, session: Any) -> Any:
        """Find the private key, which is to be Ed25519, to sign, and to be the one whose public key is expected."""
        pkcs11 = _pkcs11()
        kinds, attribute = pkcs11.ObjectClass, pkcs11.Attribute
        label, identity = self.uri.attributes.get("object"), self.uri.attributes.get("id")
        wanted = {
            **({} if label is None else {attribute.LABEL: label}),
            **({} if identity is None else {attribute.ID: bytes.fromhex(identity)}),
        }
        keys = session.get_objects({attribute.CLASS: kinds.PRIVATE_KEY, **wanted})
        handle = _only(list(keys), self.uri.name, "E_TOKEN_KEY")
        if handle.key_type != pkcs11.KeyType.EC_EDWARDS or not hasattr(handle, "sign"):
            raise token_trouble("E_TOKEN_KIND", self.uri.name)
        same = {attribute.ID: handle.id} if handle.id else {attribute.LABEL: handle.label}
        public = _only(
            list(session.get_objects({attribute.CLASS: kinds.PUBLIC_KEY, **same})), self.uri.name, "E_TOKEN_KEY"
        )
        raw = _raw_point(public[attribute.EC_POINT])
        if raw is None:
            raise token_trouble("E_TOKEN_KIND", self.uri.name)
        if self._public is None:
            self._public = Ed25519PublicKey.from_public_bytes(raw)
        elif raw != self._public.public_bytes(Encoding.Raw, PublicFormat.Raw):
            raise token_trouble("E_TOKEN_OTHER", self.uri.name)
        return handle


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAccess:
    """How this process reaches tokens.

    Attributes:
        uris: The addresses that its operator gave.
        pin: Asks for the PIN of one.
    """

    uris: tuple[TokenUri, ...] = ()
    pin: Callable[[TokenUri], bytes]

    def open(self, name: str, public: bytes) -> TokenKey:
        """Open the key that a key file names.

        Args:
            name: What the file calls it.
            public: Its public key, 32 bytes.

        Raises:
            TokenUnavailable: The operator gave no address for it, or it can't be had.
        """
        uri = next((uri for uri in self.uris if uri.name == name), None)
        if uri is None:
            raise token_trouble("E_TOKEN_UNNAMED", name)
        return TokenKey(uri, self.pin(uri), public)

    def take(self, uri: TokenUri) -> TokenKey:
        """Open a key that is to become the log's, as it is.

        Raises:
            TokenUnavailable: It can't be had.
        """
        return TokenKey(uri, self.pin(uri))


def _pkcs11() -> ModuleType:
    try:
        import pkcs11  # noqa: PLC0415 (a ledger with its key in a file does without it)
    except ImportError as error:
        raise token_trouble("E_TOKEN_DRIVER") from error
    return pkcs11


def _only(matching: list[Any], where: str, missing: str) -> Any:
    if not matching:
        raise token_trouble(missing, where)
    if len(matching) > 1:
        raise token_trouble("E_TOKEN_MANY", where)
    return matching[0]


def _raw_point(point: bytes) -> bytes | None:
    raw = point[-RAW_BYTES:]
    return raw if any(point == head + raw for head in _POINT_HEADS) and len(raw) == RAW_BYTES else None
