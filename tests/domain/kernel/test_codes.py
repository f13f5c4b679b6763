"""The stable codes: every one that the domain gives is listed, with a status that fits."""

import re
from pathlib import Path

import pytest

from constancia.domain.kernel.codes import CODES

DOMAIN = Path(__file__).resolve().parents[3] / "domain"


def test_every_code_that_the_domain_gives_is_listed() -> None:
    given = {
        code for path in DOMAIN.rglob("*.py") for code in re.findall(r'"(E_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert given == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_is_a_refusal_to_the_client_or_a_wish_to_wait(code: str) -> None:
    assert re.fullmatch(r"E_[A-Z]+(_[A-Z]+)*", code)
    assert 400 <= CODES[code] < 500 or code == "E_BUSY"


def test_codes_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES["E_NEW"] = 400  # type: ignore[index]
