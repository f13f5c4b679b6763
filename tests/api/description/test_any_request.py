"""Requests that a library makes of the description: no fault of the server, and every answer as it is described."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.served import Desk
from tests.profile import sampled

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = sampled(6, 60)


@pytest.mark.slow
def test_every_operation_answers_any_request_as_it_is_described(scene: Desk) -> None:
    described = schemathesis.openapi.from_url(f"{scene.url}/openapi.json")
    tried, wrong = set[str](), []
    for each in described.get_all_operations():
        operation = each.ok()  # type: ignore[union-attr]  # what is no operation fails here, as it must

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, timeout=60)

        try:
            ask()
        except BaseExceptionGroup as errors:
            wrong.append(f"{operation.method} {operation.path}: {errors.exceptions[0]}"[:2_000])
        tried.add(operation.path)
    assert wrong == []
    assert len(tried) == len(scene.http.get("/openapi.json").json()["paths"])
