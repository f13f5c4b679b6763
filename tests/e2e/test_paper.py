"""What an entry's page offers for use without the site: a QR code that a phone reads, lines that a shell runs."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from constancia.api.text.paper.links import parse_link


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page(device_scale_factor=2)


def scan(picture: bytes) -> str:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert len(found) == 1
    return str(found[0].text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_qr_code_on_the_page_is_read_from_the_screen(page: Page, served_demo: str, scheme: str) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{served_demo}/es/registros/58")
    code = page.locator(".qr img")
    code.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.qr img').naturalWidth > 0")
    code.evaluate("image => image.decode()")
    link = scan(code.screenshot())
    assert refused == []
    page.goto(link)
    assert page.url.endswith("/es/registros/58")


def test_qr_code_with_the_proof_is_read_from_the_screen(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/registros/58")
    page.locator(".qr a").click()
    page.wait_for_load_state()
    link = parse_link(scan(page.screenshot()))
    assert link.proof is not None
    served = page.request.get(f"{served_demo}/api/v1/entries/58").headers["constancia-leaf-hash"]
    assert link.leaf_hash == served


@pytest.mark.parametrize("path", ["/es/registros/58", "/en/entries/0"])
def test_lines_on_the_page_check_the_entry(page: Page, served_demo: str, tmp_path: Path, path: str) -> None:
    for program in ("openssl", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    page.goto(f"{served_demo}{path}")
    script = page.locator("h2 ~ pre").first.inner_text()
    done = subprocess.run(["sh", "-e"], input=script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Signature Verified Successfully" in done.stdout
