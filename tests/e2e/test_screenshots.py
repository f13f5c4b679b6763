"""The tool that photographs pages: the right size in pixels, small in bytes, of what is served."""

import io
from pathlib import Path

import pytest
from PIL import Image
from tests.profile import THOROUGH
from tools.screenshots import MOST_BYTES, SHOTS, Shot, small_png, take

ROOT = Path(__file__).resolve().parent.parent.parent


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_made_small_and_keeps_its_size() -> None:
    gradient = Image.linear_gradient("L").resize((900, 700)).convert("RGB")
    small = small_png(png(gradient))
    assert len(small) <= MOST_BYTES
    assert Image.open(io.BytesIO(small)).size == (900, 700)


def test_a_picture_that_stays_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="takes more than"):
        small_png(png(Image.effect_noise((700, 700), 200).convert("RGB")))


def test_pages_are_photographed_as_they_are_served(
    served_demo: str, demo: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """By the browser that the other tests have; `make thorough` has the tool start its own."""
    browser = None if THOROUGH else request.getfixturevalue("browser")
    shots = (Shot("uno", "/es/", width=360, height=500), Shot("dos", "/es/compromisos/rm", SHOTS[3].before))
    first, second = take(served_demo, demo, tmp_path, shots, browser)
    assert (first.name, second.name) == ("uno.png", "dos.png")
    assert Image.open(io.BytesIO(first.read_bytes())).size == (360, 500)
    top = Image.open(io.BytesIO(second.read_bytes())).convert("L").crop((0, 0, 1_000, 30))
    assert min(top.tobytes()) > 60, "the page is scrolled to its picture: its dark masthead is above"


def test_the_pictures_of_the_documents_are_those_that_the_tool_takes() -> None:
    files = {path.name for path in (ROOT / "docs" / "screenshots").glob("*.png")}
    assert files == {f"{shot.name}.png" for shot in SHOTS}
    assert all(path.stat().st_size <= MOST_BYTES for path in (ROOT / "docs" / "screenshots").glob("*.png"))
