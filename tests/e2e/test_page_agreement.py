"""The agreement vectors shown to the page in a real browser: the same verdict, code and place as the vectors hold.

A sample of them, which the page's own bytes choose: each change of the page is tried on another, and the same page on
the same. All of them by `make agreement` and `make thorough`; the Python verifier reads all of them in every run.
"""

import hashlib
import json
import os

import pytest
from playwright.sync_api import Browser
from tests.agreement.by_page import by_page
from tests.agreement.vectors import load_cases
from tests.e2e.test_page_verifier import PAGE

SAMPLES = 120
ALL = os.environ.get("CONSTANCIA_AGREEMENT") == "all"


@pytest.mark.timeout(1_200 if ALL else 180)
def test_page_says_what_the_vectors_hold(browser: Browser) -> None:
    chosen = hashlib.sha256(PAGE.read_bytes()).digest()[0] % SAMPLES
    cases = [case for case in load_cases() if ALL or case.number % SAMPLES == chosen]
    assert len(cases) >= 15
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    found = list(by_page(page, [case.recipe for case in cases]))
    context.close()
    assert len(found) == len(cases)
    assert [
        f"{json.dumps(case.recipe)}: expected {case.said}, the page {said}"
        for case, said in zip(cases, found, strict=True)
        if said != case.said
    ] == []
