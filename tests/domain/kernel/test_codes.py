"""The stable codes: every one that the domain gives is listed, with a status that fits."""

import re
from pathlib import Path

import pytest
from tests.rows import each_row

from constancia.domain.kernel.codes import CODES

DOMAIN = Path(__file__).resolve().parents[3] / "domain"


def test_every_code_that_the_domain_gives_is_listed() -> None:
    given = {
        code for path in DOMAIN.rglob("*.py") for code in re.findall(r'"(E_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert given == set(CODES)


@each_row("code", sorted(CODES))
def test_a_code_is_a_refusal_to_the_client_or_a_wish_to_wait(code: str) -> None:
    assert re.fullmatch(r"E_[A-Z]+(_[A-Z]+)*", code)
    assert 400 <= CODES[code] < 500 or code == "E_BUSY"


def test_each_code_has_the_status_that_its_page_says() -> None:
    page = (DOMAIN.parent / "docs" / "REFUSALS.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(E_[A-Z_]+)` \| (\d{3}) \|", page, re.MULTILINE))
    assert {code: int(said[code]) for code in CODES} == CODES


def test_codes_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES["E_NEW"] = 400  # type: ignore[index]
