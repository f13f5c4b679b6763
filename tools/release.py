"""Make a release: wheels, source archive, bill of materials, attestations; and record their digests in a log.

    python -m tools.release init --log LOG --keys KEYS --trust TRUST --passphrase-file FILE --origin NAME
    python -m tools.release publish --log LOG --keys KEYS --trust TRUST --passphrase-file FILE --out dist [--tag v0.1.0]

`init` makes, once, the key of the log and the release key in KEYS, and in TRUST what readers pin (`policy`,
`release-keys.pem`); witnesses are added to the policy by hand. `publish` is what CI runs for a tag: it must be that of
HEAD and name the version of pyproject.toml, CITATION.cff and publiccode.yml; the tree must be clean; nothing may be
known against a pinned package (`tools/audit.py`); a second build must give the same bytes. In `--out` each file gets
FILE.attestation (PEP 740) and FILE.tlog-proof, which `constancia verify-release` checks. LOG is a folder that any web
server publishes.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from constancia.ledger.clock import SystemClock, posix_seconds
from constancia.ledger.disk.durable import write_file
from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.releases.attestation import attest, with_proof
from constancia.ledger.releases.check import KEYS_NAME, PROOF_SUFFIX
from constancia.ledger.releases.release_log import ReleaseLog
from constancia.verify.trust.trust_folder import read_policy
from tools.audit import EXCEPTIONS, LOCK, OSV, BadExceptions, NotChecked, judge, known_vulnerabilities, read_exceptions

ROOT: Final = Path(__file__).resolve().parent.parent
LOG_KEY: Final = "log.pem"
RELEASE_KEY: Final = "release.pem"


class ReleaseError(Exception):
    """Why there is no release; nothing was recorded."""


def init(options: argparse.Namespace) -> None:
    """Make keys, policy and public key; never over existing ones."""
    secret = secret_of(options)
    for folder in (options.keys, options.trust, options.log):
        if folder.exists() and any(folder.iterdir()):
            raise ReleaseError(f"{folder} is not empty")
        folder.mkdir(parents=True, exist_ok=True)
    signer = LogSigner.generate(options.origin)
    signer.save(options.keys / LOG_KEY, secret)
    key = Ed25519PrivateKey.generate()
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret))
    write_file(options.keys / RELEASE_KEY, encrypted, mode=0o600)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_file(options.trust / KEYS_NAME, public)
    write_file(options.trust / "policy", policy_text(signer.vkey).encode())
    print(f"publish {options.trust}; keep {options.keys} secret")


def publish(options: argparse.Namespace) -> None:
    """Build, attest and record; prints each file with its digest."""
    version = version_of_all()
    if not options.untagged:
        check_tag(options.tag, version)
        check_dependencies(options.advisories)
    secret, policy = secret_of(options), read_policy(options.trust / "policy")
    [origin] = policy.logs
    signer = LogSigner.load(origin, options.keys / LOG_KEY, secret)
    key = load_pem_private_key((options.keys / RELEASE_KEY).read_bytes(), secret)
    if not isinstance(key, Ed25519PrivateKey) or signer.verifier not in policy.keys_of(origin):
        raise ReleaseError("the keys are not those of the policy")
    log = ReleaseLog(options.log, signer)
    options.out.mkdir(parents=True, exist_ok=True)
    sources = [ROOT / "verify"] if options.verifier_only else [ROOT, ROOT / "verify"]
    files = [*build_twice(options.out, sources), bill_of_materials(options.out, version, options.environment)]
    now = SystemClock().now()
    first = log.tree.size
    attestations = [attest(key, file.name, digest(file), now, version) for file in files]
    log.append(attestations, posix_seconds(now), policy)
    for number, (file, attestation) in enumerate(zip(files, attestations, strict=True), start=first):
        proof = log.proof(number)
        write_file(file.with_name(file.name + PROOF_SUFFIX), proof)
        write_file(file.with_name(file.name + ".attestation"), with_proof(attestation, proof))
        print(f"{digest(file)}  {file.name}  entry {number}")
    write_file(options.out / "SHA256SUMS", "".join(f"{digest(file)}  {file.name}\n" for file in files).encode())


def version_of_all() -> str:
    """Give the version that every file of the tree names.

    Raises:
        ReleaseError: They differ.
    """
    versions = {
        name: tomllib.loads((ROOT / name).read_text("utf-8"))["project"]["version"]
        for name in ("pyproject.toml", "verify/pyproject.toml")
    }
    for name, mark in (("CITATION.cff", "version"), ("publiccode.yml", "softwareVersion")):
        match = re.search(rf"^{mark}: (\S+)$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        versions[name] = match[1] if match else "none"
    if len(set(versions.values())) != 1:
        raise ReleaseError(f"the versions differ: {versions}")
    return str(versions["pyproject.toml"])


def check_tag(tag: str | None, version: str) -> None:
    """Refuse a tree that is not exactly what a tag of this version names."""
    if git("status", "--porcelain"):
        raise ReleaseError("the tree is not clean")
    tags = git("tag", "--points-at", "HEAD").split()
    wanted = tag or f"v{version}"
    if wanted != f"v{version}" or wanted not in tags:
        raise ReleaseError(f"HEAD has the tags {tags}, and the version is {version}: v{version} is needed")


def check_dependencies(advisories: str) -> None:
    """Refuse a release while something is known against a pinned package, or nobody could be asked."""
    try:
        exceptions = read_exceptions(EXCEPTIONS)
        stops, notes = judge(known_vulnerabilities(LOCK, advisories), exceptions, SystemClock().now().date())
    except NotChecked as error:
        raise ReleaseError(f"not checked for known vulnerabilities: {error}") from error
    except BadExceptions as error:
        raise ReleaseError(str(error)) from error
    if stops:
        raise ReleaseError("\n".join(stops))
    print("\n".join([*notes, "nothing is known against the pinned packages"]))


def git(*arguments: str) -> str:
    """Run git in the tree; gives what it printed."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S607


def build_twice(out: Path, sources: Sequence[Path]) -> list[Path]:
    """Build wheels and the source archive of some source trees, and once more; gives the files.

    Raises:
        ReleaseError: A second build gives other bytes.
    """
    with tempfile.TemporaryDirectory() as name:
        for folder in (out, Path(name)):
            for source in sources:
                command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder.resolve())]
                targets = ["-t", "wheel"] if source != ROOT else []
                subprocess.run([*command, *targets], cwd=source, check=True, capture_output=True)
        files = sorted(path for path in out.iterdir() if path.suffix in (".whl", ".gz"))
        again = {path.name: digest(path) for path in Path(name).iterdir()}
        other = [file.name for file in files if again.get(file.name) != digest(file)]
        if other:
            raise ReleaseError(f"a second build gave other bytes: {', '.join(other)}")
    return files


def bill_of_materials(out: Path, version: str, environment: Path) -> Path:
    """Write what an environment with the program holds, as CycloneDX JSON."""
    file = out / f"constancia-{version}.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"]
    project = ["--pyproject", str(ROOT / "pyproject.toml"), "-o", str(file)]
    subprocess.run([*command, *project, str(environment)], check=True, capture_output=True)
    return file


def digest(file: Path) -> str:
    """Give a file's SHA-256 in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def secret_of(options: argparse.Namespace) -> bytes:
    """Give the passphrase of the keys."""
    secret: bytes = options.passphrase_file.read_bytes().strip()
    return secret


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    verbs = parser.add_subparsers(required=True)
    for verb in (init, publish):
        under = verbs.add_parser(verb.__name__, help=(verb.__doc__ or "").partition("\n")[0])
        under.set_defaults(run=verb)
        for name in ("log", "keys", "trust", "passphrase-file"):
            under.add_argument(f"--{name}", type=Path, required=True)
        if verb is init:
            under.add_argument("--origin", required=True)
        else:
            under.add_argument("--out", type=Path, default=Path("dist"))
            under.add_argument("--tag")
            under.add_argument("--advisories", default=OSV, metavar="URL", help="the database of known vulnerabilities")
            under.add_argument("--verifier-only", action="store_true", help="constancia-verify alone")
            under.add_argument("--untagged", action="store_true", help="a rehearsal: any commit, any tree")
            under.add_argument(
                "--environment", type=Path, default=Path(sys.executable), help="whose packages are listed"
            )
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
