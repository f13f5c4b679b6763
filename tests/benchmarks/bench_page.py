"""The HTML verifier's size, and its time beside bare WebCrypto over the same log in the same browser.

    PYTHONPATH=.import:. python tests/benchmarks/bench_page.py [entries] [repeats]

Bare WebCrypto: `subtle.verify` for every signature and `subtle.digest` for every leaf hash and every node of the tree,
nothing else, in parallel batches, also in a worker. The page does that and all the rest (unpacking, canonical form,
directory, a root for each size that a signer saw). Rounds of both are interleaved; the ratio is of the medians.
"""

import base64
import gzip
import json
import statistics
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.verify.small_ledger import Log, Writer

from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry

BATCH = 256
BARE = """
async ({keys, signatures, messages, leaves, nodes, batch}) => {
    const source = `onmessage = async ({data: {keys, signatures, messages, leaves, nodes, batch}}) => {
        const imported = {};
        for (const id in keys) {
            imported[id] = await crypto.subtle.importKey("spki", keys[id], "Ed25519", false, ["verify"]);
        }
        const began = performance.now();
        let sound = 0;
        for (let i = 0; i < signatures.length; i += batch) {
            const part = signatures.slice(i, i + batch).map(([id, sig], n) =>
                crypto.subtle.verify("Ed25519", imported[id], sig, messages[i + n]));
            for (const answer of await Promise.all(part)) sound += answer;
        }
        for (const list of [leaves, nodes]) for (let i = 0; i < list.length; i += batch) {
            await Promise.all(list.slice(i, i + batch).map(one => crypto.subtle.digest("SHA-256", one)));
        }
        postMessage([performance.now() - began, sound]);
    }`;
    const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const answer = new Promise(done => { worker.onmessage = event => done(event.data); });
    worker.postMessage({
        keys: Object.fromEntries(Object.entries(keys).map(([id, spki]) => [id, bytes(spki)])),
        signatures: signatures.map(([id, sig]) => [id, bytes(sig)]), messages: messages.map(bytes),
        leaves: leaves.map(bytes), nodes: Array.from({length: nodes}, () => new Uint8Array(65)), batch,
    });
    const result = await answer;
    worker.terminate();
    return result;
}
"""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bare_input(log: Log, writer: Writer) -> dict[str, Any]:
    """What bare WebCrypto gets: every signature with its message, every leaf, and how many nodes the tree has."""
    entries = [parse_entry(raw) for raw in log.entries]
    pairs = [(entry, one) for entry in entries for one in entry.signatures]
    people = [*writer.people.values(), *writer.roots.values()]
    return {
        "keys": {key.key_id: b64(key.spki) for key in people},
        "signatures": [[one.key, b64(one.sig)] for _, one in pairs],
        "messages": [b64(signed_bytes(entry.statement.raw)) for entry, _ in pairs],
        "leaves": [b64(b"\0" + raw) for raw in log.entries],
        "nodes": log.size - 1,
        "batch": BATCH,
    }


def page_time(page: Page, address: str, trust: Path, bundle: Path) -> float:
    """Milliseconds from the choice of the file to the verdict, which must be right."""
    page.goto(address)
    page.set_input_files("#trustfiles", [trust / "policy", trust / "genesis"])
    page.evaluate(
        "window.took = new Promise(done => document.querySelector('#file').addEventListener('change', () => {"
        " const began = performance.now(); new MutationObserver(() => window.constanciaReport"
        " && done(performance.now() - began)).observe(document.querySelector('#status'), {childList: true}); }));"
        "undefined"
    )
    page.set_input_files("#file", bundle)
    took: float = page.evaluate("window.took")
    report = page.evaluate("window.constanciaReport")
    if report["verdict"] != "intact":
        raise SystemExit(json.dumps(report, indent=1))
    return took


def main() -> None:
    """Build a bundle, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    source = resources.files("constancia.verify").joinpath("verificador.html").read_bytes()
    print(f"page: {len(source)} bytes, {len(gzip.compress(source, mtime=0))} compressed")
    writer = Writer().found().report(count)
    log = writer.log()
    print(
        f"{log.size} entries of {sum(map(len, log.entries)) // log.size} bytes on average, each signer saw all before"
    )
    bare, whole = [], []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as engine:
        folder = Path(name)
        trust = log.write_trust(folder / "trust")
        bundle = log.write_zip(folder / "bundle.zip", log.write_folder(folder / "published"))
        (folder / "verificador.html").write_bytes(source)
        (folder / "bare.html").write_text("<!doctype html><title>bare</title>", encoding="utf-8")
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(offline=True).new_page()
        given = bare_input(log, writer)
        for _ in range(repeats):
            page.goto((folder / "bare.html").as_uri())
            took, sound = page.evaluate(BARE, given)
            if sound != len(given["signatures"]):
                raise SystemExit(f"bare WebCrypto found {sound} signatures sound")
            bare.append(took)
            whole.append(page_time(page, (folder / "verificador.html").as_uri(), trust, bundle))
        browser.close()
    signatures, hashes = len(given["signatures"]), 2 * log.size - 1
    alone, all_of_it = statistics.median(bare), statistics.median(whole)
    print(f"bare WebCrypto {alone:8.0f} ms   {signatures} signatures, {hashes} hashes")
    print(f"the page       {all_of_it:8.0f} ms   {all_of_it / alone:.2f} times that")


if __name__ == "__main__":
    main()
