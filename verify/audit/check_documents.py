"""Check of the documents: the name is the content's SHA-256, and the size is the one that entries cite."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from constancia.verify.audit.entry_pass import Citations
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.report.findings import Findings
from constancia.verify.sources.files import Files
from constancia.verify.sources.source import Source


class DocumentFolder(NamedTuple):
    """A folder of documents: files, the prefix of their paths, their names (None: they cannot be listed)."""

    files: Files
    prefix: str
    names: Sequence[str] | None


def check_source(source: Source, cited: Mapping[str, Citations], findings: Findings, *, every: bool) -> None:
    """Check the documents of a source.

    Args:
        source: The source.
        cited: Citations of the entries.
        findings: Receives faults.
        every: Whether to hash every stored document, or only the cited ones.
    """
    places: list[DocumentFolder] = []
    if source.published is not None:
        names = source.published.documents() if every else None
        places.append(DocumentFolder(source.published.files, "documents/", names))
    if source.documents is not None:
        places.append(DocumentFolder(source.documents, "", source.documents.names() if every else None))
    if places:
        check_documents(places, cited, findings)
    elif cited:
        findings.not_checked("documents-not-read")


def check_documents(places: Sequence[DocumentFolder], cited: Mapping[str, Citations], findings: Findings) -> None:
    """Hash every stored document, and look for those that the entries cite.

    Args:
        places: The folders.
        cited: Citations of the entries.
        findings: Receives faults.
    """
    there: set[str] = set()
    for place in places:
        for name in sorted(cited) if place.names is None else place.names:
            if is_hex64(name) and _check_document(place, name, cited.get(name), findings):
                there.add(name)
    lost = sorted((one.index, name) for name, one in cited.items() if one.sizes and name not in there)
    evidence = sum(1 for name, one in cited.items() if not one.sizes and name not in there)
    if lost:
        findings.leave_open("documents-missing", count=len(lost), first=lost[0][1], index=lost[0][0])
    if evidence:
        findings.not_checked("evidence-elsewhere", count=evidence)


def _check_document(place: DocumentFolder, name: str, cited: Citations | None, findings: Findings) -> bool:
    """Check one document; return whether it exists."""
    found = place.files.digest(place.prefix + name)
    if found is None:
        return False
    findings.count("L1", "documents")
    digest, size = found
    index = None if cited is None else cited.index
    if digest.hex() != name:
        findings.fault("document", index, f"documents/{name}", name, digest)
    elif cited is not None and cited.sizes - {size}:
        findings.fault("document-size", index, f"documents/{name}", sorted(cited.sizes), size)
    return True
