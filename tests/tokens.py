"""A real PKCS#11 module for the tests: SoftHSM, with tokens and keys made by programs of their own.

A token is a folder; it is pulled out by moving that folder away. The module reads where its tokens are when it is
loaded, so all tests of one process share the place, and each makes tokens of its own.
"""

import functools
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from constancia.ledger.keys.token_key import TokenAccess
from constancia.ledger.keys.token_uri import TokenUri, parse_token_uri

PIN: Final = "87654-pin"
MISSING: Final = "no SoftHSM here (Debian: apt-get install softhsm2); tests/system.sh installs it"
NO_DRIVER: Final = "no python-pkcs11 here (the extra `hsm`)"
_PLACES: Final = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
_numbers = itertools.count()
# Curve and mechanism by the kind of key; the module makes them, nothing of a private key is ever outside of it.
_MAKE: Final = """
import sys, pkcs11
from pkcs11.util.ec import encode_named_curve_parameters as curve
module, label, pin, kind, *names = sys.argv[1:]
token = pkcs11.lib(module).get_token(token_label=label)
with token.open(rw=True, user_pin=pin) as session:
    for number, name in enumerate(names):
        about = {"store": True, "label": name, "id": name.encode() + bytes([number])}
        if kind == "rsa":
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, **about)
            continue
        oid, key, way = {
            "ed25519": ("1.3.101.112", pkcs11.KeyType.EC_EDWARDS, pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN),
            "ed448": ("1.3.101.113", pkcs11.KeyType.EC_EDWARDS, pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN),
            "p256": ("1.2.840.10045.3.1.7", pkcs11.KeyType.EC, pkcs11.Mechanism.EC_KEY_PAIR_GEN),
        }[kind]
        with_curve = session.create_domain_parameters(key, {pkcs11.Attribute.EC_PARAMS: curve(oid)}, local=True)
        with_curve.generate_keypair(mechanism=way, **about)
"""


@functools.cache
def module() -> Path | None:
    """The module's file; None where there is none."""
    return next((Path(place) for place in _PLACES if Path(place).is_file()), None)


@dataclass(frozen=True)
class Token:
    """One token, with its label, and the folder that it is."""

    label: str
    folder: Path
    hsm: "Hsm"

    def address(self, name: str = "log", query: str = "") -> str:
        """The address of a key in it, as an operator would write it."""
        return f"pkcs11:token={self.label};object={name}?module-path={module()}{query}"

    def uri(self, name: str = "log") -> TokenUri:
        return parse_token_uri(self.address(name))

    def make(self, *names: str, kind: str = "ed25519") -> None:
        """Make keys."""
        command = [sys.executable, "-c", _MAKE, str(module()), self.label, PIN, kind, *names]
        subprocess.run(command, check=True, env=self.hsm.environment, timeout=60)

    @contextmanager
    def pulled_out(self) -> Iterator[None]:
        """Without the token, for as long as the block lasts."""
        away = self.folder.with_name(f"{self.folder.name}.away")
        hidden = away.parent.parent / away.name
        self.folder.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(self.folder)


@dataclass(frozen=True)
class Hsm:
    """The place of the tokens of one process."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach the tokens."""
        return {**os.environ, "SOFTHSM2_CONF": str(self.settings)}

    def token(self, *keys: str, kind: str = "ed25519") -> Token:
        """Make a token with some keys in it."""
        label = f"token-{next(_numbers)}"
        tokens = self.folder / "tokens"
        before = set(tokens.iterdir())
        pins = ["--so-pin", "administrator", "--pin", PIN]
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
            check=True, env=self.environment, stdout=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        [made] = set(tokens.iterdir()) - before
        token = Token(label, made, self)
        if keys:
            token.make(*keys, kind=kind)
        return token


@contextmanager
def hsm_in(folder: Path) -> Iterator[Hsm]:
    """Give the module's place for this process, with no token in it yet; the test is skipped where there is none."""
    if module() is None:
        pytest.skip(MISSING)
    pytest.importorskip("pkcs11", reason=NO_DRIVER)
    (folder / "tokens").mkdir(parents=True)
    hsm = Hsm(folder)
    hsm.settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(hsm.settings))
        yield hsm


def access(*uris: TokenUri, pin: str = PIN) -> TokenAccess:
    """How a process reaches tokens whose PIN it has."""
    return TokenAccess(uris=uris, pin=lambda _uri: pin.encode())
