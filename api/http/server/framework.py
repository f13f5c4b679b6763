"""Loads the web framework without what a server of this interface needs later, or never."""

import sys
from typing import Any, Final

from pydantic import BaseModel

# What libraries load where it is there, and do without where it is not: FastAPI asks whether a model is one of
# pydantic's former version, and checks addresses of mail, which no form here has; `httpx` brings a command line of its
# own, with all that paints terminals.
_NOT_WANTED: Final = ("pydantic.v1", "email_validator", "httpx._main")


def load_framework() -> None:
    """Load FastAPI, whose models of OpenAPI are made when the description is first asked for.

    To make them takes longer than to load the rest of it. A process that does not call this makes them with the import.
    Source: pydantic, `ConfigDict.defer_build`, which a class has from its base; Python, "The module cache": a name that
    has None there can't be imported.
    """
    loaded: dict[str, Any] = sys.modules
    for name in _NOT_WANTED:
        loaded.setdefault(name, None)
    BaseModel.model_config["defer_build"] = True
    try:
        import fastapi.openapi.models  # noqa: F401, PLC0415 - here, since it is how it is loaded that counts
    finally:
        del BaseModel.model_config["defer_build"]
