"""A zip with very many members, in a real browser: they are read one after another, and the tab lives."""

import io
import time
import zipfile

import pytest
from playwright.sync_api import Browser
from tests.agreement.by_page import SHOW, as_given
from tests.agreement.recipes import log_of, members_of, packed
from tests.e2e.busy import slowness
from tests.e2e.test_page_verifier import PAGE

MEMBERS = 20_000
AT_MOST_S = 40


@pytest.mark.timeout(120)
def test_p3_zip_of_twenty_thousand_empty_members_is_answered(browser: Browser) -> None:
    members = members_of(log_of("small")) | {f"documents/x{number}": b"" for number in range(MEMBERS)}
    data = packed(members, stored=True)
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) > MEMBERS
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    begun = time.monotonic()
    [report] = page.evaluate(SHOW, [[as_given("libro.zip", data)]])
    taken = time.monotonic() - begun
    assert (report["verdict"], report["faults"]) == ("inconclusive", [])
    assert page.evaluate("1 + 1") == 2
    context.close()
    assert taken < AT_MOST_S * slowness(), f"{taken:.1f} s"
