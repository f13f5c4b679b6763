"""Loads the web framework without making at once what only the description of an interface is made of."""

from pydantic import BaseModel


def load_framework() -> None:
    """Load FastAPI, whose models of OpenAPI are made when the description is first asked for.

    To make them takes longer than to load the rest of it. A process that does not call this makes them with the import.
    Source: pydantic, `ConfigDict.defer_build`, which a class has from its base.
    """
    BaseModel.model_config["defer_build"] = True
    try:
        import fastapi.openapi.models  # noqa: F401, PLC0415 - here, since it is how it is loaded that counts
    finally:
        del BaseModel.model_config["defer_build"]
