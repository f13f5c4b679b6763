"""Requests that a library makes of the description: no fault of the server, and every answer as it is described."""

from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.api.served import Desk
from tests.profile import sampled

CHECKS = (
    "content_type_conformance", "response_headers_conformance", "response_schema_conformance",
    "status_code_conformance",
)  # fmt: skip
EXAMPLES = sampled(2, 60)
PATIENCE_S = 60  # the machine may be busy


@pytest.mark.slow
def test_every_operation_answers_any_request_as_it_is_described(scene: Desk) -> None:
    # The library is imported for this test alone: every worker collects all tests.
    schemathesis, known = import_module("schemathesis"), import_module("schemathesis.specs.openapi.checks")
    checks = [import_module("schemathesis.checks").not_a_server_error, *(getattr(known, name) for name in CHECKS)]
    described = schemathesis.openapi.from_url(f"{scene.url}/openapi.json", timeout=PATIENCE_S)
    tried, wrong = set[str](), []
    for each in described.get_all_operations():
        operation = each.ok()  # what is no operation fails here, as it must

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=checks, timeout=PATIENCE_S)

        try:
            ask()
        except BaseExceptionGroup as errors:
            wrong.append(f"{operation.method} {operation.path}: {errors.exceptions[0]}"[:2_000])
        tried.add(operation.path)
    assert wrong == []
    assert len(tried) == len(scene.http.get("/openapi.json").json()["paths"])
