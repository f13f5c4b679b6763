"""What goes wrong with a key in a PKCS#11 token, to an operator: a stable code, and what to do, in both languages.

The library is not imported here: its errors are known by the names of their classes, which are those of PKCS#11.
"""

from typing import Final

from constancia.ledger.errors import TokenUnavailable

_BY_CLASS: Final = {
    "PinIncorrect": "E_TOKEN_PIN", "PinInvalid": "E_TOKEN_PIN", "PinLenRange": "E_TOKEN_PIN",
    "PinLocked": "E_TOKEN_LOCKED", "PinExpired": "E_TOKEN_LOCKED", "UserPinNotInitialized": "E_TOKEN_LOCKED",
    "MechanismInvalid": "E_TOKEN_KIND", "MechanismParamInvalid": "E_TOKEN_KIND", "KeyTypeInconsistent": "E_TOKEN_KIND",
    "KeySizeRange": "E_TOKEN_KIND",
}  # fmt: skip
# What trying again by itself does not mend: each wrong PIN brings the token nearer to locking itself.
FINAL: Final = frozenset({"E_TOKEN_PIN", "E_TOKEN_LOCKED"})
_WORDS: Final = {
    "E_TOKEN_ADDRESS": (
        "La dirección de la llave en el token no sirve. Se espera "
        "pkcs11:token=NOMBRE;object=LLAVE?module-path=/RUTA/MÓDULO.so, sin el PIN (RFC 7512); también valen serial, "
        "model, manufacturer e id, y pin-source=file:/RUTA",
        "the address of the key in the token is of no use. Expected "
        "pkcs11:token=NAME;object=KEY?module-path=/PATH/MODULE.so, without the PIN (RFC 7512); serial, model, "
        "manufacturer and id may be given too, and pin-source=file:/PATH",
    ),
    "E_TOKEN_DRIVER": (
        "Falta la biblioteca para tokens PKCS#11: instale constancia[hsm]",
        "the library for PKCS#11 tokens is missing: install constancia[hsm]",
    ),
    "E_TOKEN_GONE": (
        "El token con la llave del libro no está o no contesta: no se firma ni se registra nada hasta que vuelva. "
        "Conéctelo; un servidor en marcha lo busca cada segundo y sigue solo",
        "the token that has the log's key is absent or does not answer: nothing is signed or recorded until it is "
        "back. Connect it; a running server looks for it every second and goes on by itself",
    ),
    "E_TOKEN_KEY": (
        "El token está, y no tiene una llave privada con ese nombre y su llave pública. Corrija object o id, o haga la "
        "llave con la herramienta del token",
        "the token is there, and has no private key of that name with its public key. Correct object or id, or make "
        "the key with the token's tool",
    ),
    "E_TOKEN_KIND": (
        "Esa llave no sirve para firmar el libro: hace falta una Ed25519 que pueda firmar, en un token que haga EdDSA",
        "that key can't sign the log: an Ed25519 key that may sign is needed, in a token that does EdDSA",
    ),
    "E_TOKEN_LOCKED": (
        "El token no acepta ya ningún PIN: está bloqueado, vencido o sin poner. Desbloquéelo con su herramienta y "
        "vuelva a arrancar",
        "the token takes no PIN any more: it is locked, expired or was never set. Unlock it with its tool and start "
        "again",
    ),
    "E_TOKEN_MANY": (
        "Hay más de uno que coincide, y no se elige por usted. Añada serial, o id, hasta que quede uno",
        "more than one matches, and none is chosen for you. Add serial, or id, until one is left",
    ),
    "E_TOKEN_MODULE": (
        "El módulo PKCS#11 no está o no se puede cargar. Corrija module-path: es la biblioteca del fabricante del "
        "token",
        "the PKCS#11 module is not there or can't be loaded. Correct module-path: it is the library that the token's "
        "maker gives",
    ),
    "E_TOKEN_OTHER": (
        "La llave del token no es la del libro: su llave pública es otra, o su firma no verifica. Conecte el token "
        "de siempre; para cambiar de llave use `constancia rotate`",
        "the token's key is not the log's: its public key is another one, or its signature does not verify. Connect "
        "the right token; to change the key use `constancia rotate`",
    ),
    "E_TOKEN_PIN": (
        "El token rechaza el PIN, y no se intenta otra vez: tras unos pocos fallos se bloquea. Revíselo y repita el "
        "comando",
        "the token refuses the PIN, and it is not tried again: after a few failures it locks itself. Check it and "
        "repeat the command",
    ),
    "E_TOKEN_UNNAMED": (
        "La llave del libro está en un token: dé --log-key con esa dirección y su module-path (CONSTANCIA_LOG_KEY)",
        "the log's key is in a token: give --log-key with that address and its module-path (CONSTANCIA_LOG_KEY)",
    ),
}  # fmt: skip
CODES: Final = frozenset(_WORDS)


def token_trouble(code: str, detail: object = "") -> TokenUnavailable:
    """Give the error of a code, with what was observed in brackets.

    Args:
        code: One of `CODES`.
        detail: What was observed: the address, or the module's answer; never a PIN.
    """
    return TokenUnavailable.of(code, _WORDS[code], detail)


def of_module(error: BaseException, detail: object) -> TokenUnavailable:
    """Give the error of what a module has answered, with the answer's name after the detail."""
    name = type(error).__name__
    return token_trouble(_BY_CLASS.get(name, "E_TOKEN_GONE"), f"{detail}: {name}")
