"""Tests of `api/http/server/framework.py`: what is made later is the same."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

CODE = """
import json, sys
if sys.argv[1] == "later":
    from constancia.api.http.server.framework import load_framework
    load_framework()
from fastapi import FastAPI
from fastapi.openapi.models import OpenAPI
from constancia.api.description.openapi import describe, operation_id
from constancia.api.http.request.query import take_in
from constancia.api.http.schemas import DraftRequest, ReceiptDocument
from constancia.api.routers import acts, drafts, records, state
from constancia.api.routers.log import documents, entries, log_files
models = (OpenAPI, DraftRequest, ReceiptDocument)
complete = [model.__pydantic_complete__ for model in models]
app = FastAPI(title="constancia", version="1", generate_unique_id_function=operation_id)
for module in (acts, documents, drafts, entries, log_files, records, state):
    take_in(app, module.router)
import httpx
shown = describe(app, (DraftRequest, ReceiptDocument), "")
unwanted = [name for name in ("pydantic.v1", "httpx._main") if sys.modules.get(name)]
print(json.dumps([complete, unwanted, httpx.Client().timeout.read, shown]))
"""


def described(how: str) -> list[Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE, how], check=True, capture_output=True, env=environment, timeout=120
    )
    document: list[Any] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_what_is_loaded_later_or_not_at_all_changes_nothing() -> None:
    at_once, later = described("at once"), described("later")
    assert at_once[:2] == [[True] * 3, ["pydantic.v1", "httpx._main"]]
    assert later[:2] == [[False, True, True], []], "of models the framework's own alone are made later"
    assert later[2:] == at_once[2:]
    assert len(later[3]["paths"]) > 20
