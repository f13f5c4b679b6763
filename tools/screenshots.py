"""Photograph the demonstration's main pages for the README, in Chromium: `python -m tools.screenshots`.

A new demonstration is played and served by the program itself, so that what is shown is what anybody gets.
"""

import argparse
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from constancia.api.demo.run import run_demo

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "screenshots"
MOST_BYTES: Final = 200_000  # of a picture, in a document that is read on a telephone
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_START_TIMEOUT_S: Final = 60
_COLOURS: Final = (256, 128, 64)  # fewer where the picture would be too large
_TRUST: Final = ("policy", "genesis", "checkpoint")


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: the file's name, the page, the size of the window, and what is done before."""

    name: str
    path: str
    before: Callable[[Page, Path], None] | None = None
    width: int = 1000
    height: int = 860


def _scroll_to(page: Page, selector: str, above: int) -> None:
    """Scroll to an element, with so many pixels above it."""
    page.locator(selector).first.evaluate(
        "(each, above) => scrollTo({top: scrollY + each.getBoundingClientRect().top - above, behavior: 'instant'})",
        above,
    )


def _to_picture(page: Page, _demo: Path) -> None:
    """Bring the first picture of a page to the top of the window."""
    _scroll_to(page, "figure.picture", 90)


def _drop_receipt(page: Page, demo: Path) -> None:
    """Give the verifier a receipt of the demonstration, with the trust that its parties published."""
    trust = [str(demo / "trust" / name) for name in _TRUST if (demo / "trust" / name).exists()]
    page.set_input_files("#trustfiles", trust)
    receipts = sorted((demo / "receipts").glob("*.tlog-proof"), key=lambda path: int(path.stem))
    page.set_input_files("#file", str(receipts[0]))
    page.wait_for_selector("#status h2")
    _scroll_to(page, "#status", 30)


SHOTS: Final = (
    Shot("inicio", "/es/"),
    Shot("home", "/en/"),
    Shot("telefono", "/es/", width=360, height=740),
    Shot("compromiso", "/es/compromisos/rm", _to_picture),
    Shot("decision", "/es/decisiones/d-2"),
    Shot("verificador", "/verificador.html"),
    Shot("veredicto", "/verificador.html", _drop_receipt),
)


def small_png(png: bytes) -> bytes:
    """Give a picture of a page with fewer colours, small enough for a document.

    Args:
        png: The picture as the browser takes it.

    Returns:
        PNG with a palette, of at most `MOST_BYTES`.

    Raises:
        ValueError: It is too large with the fewest colours too.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in _COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError(f"the picture takes more than {MOST_BYTES} bytes")


@contextmanager
def served(demo: Path) -> Iterator[str]:
    """Serve a demonstration by the program itself; gives the address.

    Args:
        demo: Its folder.

    Raises:
        RuntimeError: The server did not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "constancia", "serve", "--demo", "--dir", str(demo), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield _ready(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(_START_TIMEOUT_S)


def _ready(address: str, server: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < until and server.poll() is None:
        try:
            httpx.get(f"{address}/checkpoint").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return address
    raise RuntimeError("the server did not start")


def take(
    address: str, demo: Path, folder: Path, shots: tuple[Shot, ...] = SHOTS, browser: Browser | None = None
) -> list[Path]:
    """Take pictures of pages, in the light scheme.

    Args:
        address: Where the demonstration is served.
        demo: Its folder.
        folder: Where the pictures go.
        shots: Which.
        browser: A browser that runs; without one, Chromium is started.

    Returns:
        The files.
    """
    if browser is None:
        with sync_playwright() as engine:
            started = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            files = take(address, demo, folder, shots, started)
            started.close()
        return files
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for shot in shots:
        page = browser.new_page(viewport={"width": shot.width, "height": shot.height}, color_scheme="light")
        page.goto(address + shot.path)
        if shot.before is not None:
            shot.before(page, demo)
        files.append(folder / f"{shot.name}.png")
        files[-1].write_bytes(small_png(page.screenshot()))
        page.close()
    return files


def main() -> None:
    """Play, serve and photograph the demonstration, and list the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        demo = Path(temporary) / "demo"
        run_demo(demo)
        with served(demo) as address:
            for file in take(address, demo, folder):
                print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main()
