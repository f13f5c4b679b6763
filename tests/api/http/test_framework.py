"""Tests of `api/http/framework.py`: what is made later is the same."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

CODE = """
import json, sys
if sys.argv[1] == "later":
    from constancia.api.http.framework import load_framework
    load_framework()
from fastapi import FastAPI
from fastapi.openapi.models import OpenAPI
from constancia.api.description.openapi import describe, operation_id
from constancia.api.http.query import take_in
from constancia.api.http.schemas import DraftRequest, ReceiptDocument
from constancia.api.routers import acts, documents, drafts, entries, log, records, state
models = (OpenAPI, DraftRequest, ReceiptDocument)
complete = [model.__pydantic_complete__ for model in models]
app = FastAPI(title="constancia", version="1", generate_unique_id_function=operation_id)
for module in (acts, documents, drafts, entries, log, records, state):
    take_in(app, module.router)
print(json.dumps([complete, describe(app, (DraftRequest, ReceiptDocument), "")]))
"""


def described(how: str) -> tuple[list[bool], Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE, how], check=True, capture_output=True, env=environment, timeout=120
    )
    complete, document = json.loads(done.stdout)
    return complete, document


@pytest.mark.slow
def test_models_of_the_description_are_made_later_and_describe_the_same() -> None:
    at_once, later = described("at once"), described("later")
    assert at_once[0] == [True] * 3
    assert later[0] == [False, True, True], "the framework's own alone"
    assert later[1] == at_once[1]
    assert len(later[1]["paths"]) > 20
