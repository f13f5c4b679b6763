"""Shows many files to the page, in one tab, through the function that a dropped file goes through."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from playwright.sync_api import Page
from tests.agreement.answers import Answer, answer, name_of
from tests.agreement.recipes import Recipe, file_of, trust_of

BATCH = 40
# What the page says of files, each a name and bytes (base64): it is not loaded again, but starts with empty boxes.
TAKE = """async files => {
    chosen = null;
    clear("");
    for (const id of ["policy", "genesis", "kept"]) byId(id).value = "";
    window.constanciaReport = report = null;
    accept(files.map(([name, data]) => new File([Uint8Array.fromBase64(data)], name)));
    await taking;
    while (!report) await new Promise(resolve => {
        const {port1, port2} = new MessageChannel(); // a timer would wait for longer
        port1.onmessage = resolve;
        port2.postMessage(0);
    });
    return report;
}"""
SHOW = f"""async batch => {{
    const take = {TAKE};
    const reports = [];
    for (const files of batch) reports.push(await take(files));
    return reports.map(({{verdict, error, faults, open, not_checked}}) =>
        ({{verdict, error, open, not_checked, faults: faults.slice(0, 1)}}));
}}"""


def as_given(name: str, data: bytes) -> list[str]:
    """Name and bytes of a file, as the functions above take them."""
    return [name, base64.b64encode(data).decode()]


def shown(recipe: Recipe) -> list[list[str]]:
    """Names and bytes (base64) of what is dropped on the page: first what is trusted, then the file."""
    files = [*trust_of(recipe).items(), (name_of(recipe["base"]), file_of(recipe))]
    return [as_given(name, data) for name, data in files]


def by_page(page: Page, recipes: Sequence[Recipe]) -> Iterator[Answer]:
    """What the page says of each recipe's file. The page must be open."""
    for first in range(0, len(recipes), BATCH):
        reports: list[dict[str, Any]] = page.evaluate(SHOW, [shown(one) for one in recipes[first : first + BATCH]])
        yield from map(answer, reports)
