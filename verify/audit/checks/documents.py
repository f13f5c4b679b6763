"""Check of the documents: the name is the content's SHA-256, and the size is the one that entries cite."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from constancia.verify.audit.entry_pass import Citations
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.report.findings import Findings
from constancia.verify.sources.files import Files
from constancia.verify.sources.published_log import MISSING, had
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import is_html, restored
from constancia.verify.sources.web import Web
from constancia.verify.wire.merkle import HASH_BYTES

MAX_TEXT_BYTES: Final = 16 * 1024 * 1024  # a document that is looked at for what the way may have done to it


class DocumentFolder(NamedTuple):
    """A folder of documents: files, the prefix of their paths, their names (None: they cannot be listed).

    What can't be read leaves the verdict open, except in published copies next to a store, which has its own.
    """

    files: Files
    prefix: str
    names: Sequence[str] | None
    weighs: bool = True


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
        places.append(DocumentFolder(source.published.files, "documents/", names, weighs=source.store is None))
    if source.documents is not None:
        places.append(DocumentFolder(source.documents, "", source.documents.names() if every else None))
    if places:
        check_documents(places, cited, findings)
    elif cited:
        findings.not_checked("documents-not-read")


def check_documents(places: Sequence[DocumentFolder], cited: Mapping[str, Citations], findings: Findings) -> None:
    """Hash every stored document, and look for those that the entries cite; one that an entry withdraws may be absent.

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
    absent = {name: citation for name, citation in cited.items() if name not in there}
    lost = sorted((of.index, name) for name, of in absent.items() if of.sizes and of.withdrawn is None)
    evidence = sum(1 for of in absent.values() if not of.sizes and of.withdrawn is None)
    withdrawn = sorted((of.withdrawn, name) for name, of in absent.items() if of.withdrawn is not None)
    if withdrawn:
        findings.note("documents-withdrawn", count=len(withdrawn), first=withdrawn[0][1], index=withdrawn[0][0])
    if lost:
        findings.leave_open("documents-missing", count=len(lost), first=lost[0][1], index=lost[0][0])
    if evidence:
        findings.not_checked("evidence-elsewhere", count=evidence)


def _check_document(place: DocumentFolder, name: str, cited: Citations | None, findings: Findings) -> bool:
    """Check one document; tells whether there is one, or it was said why there is none."""
    path = place.prefix + name
    digested, seen = had(lambda: place.files.digest(path))
    if digested is None:
        if seen != MISSING:
            weighs = place.weighs and cited is not None and bool(cited.sizes)
            findings.lack(seen, f"documents/{name}", weighs=weighs)
        return seen != MISSING and place.weighs
    findings.count("L1", "documents")
    digest, size = digested
    index = None if cited is None else cited.index
    if digest.hex() != name:
        changed = _changed_on_the_way(place.files, path, name, size, cited)
        if changed is None:
            findings.fault("document", index, f"documents/{name}", name, digest)
        else:
            findings.lack(changed, f"documents/{name}", weighs=place.weighs)
            return place.weighs
    elif cited is not None and cited.sizes - {size}:
        findings.fault("document-size", index, f"documents/{name}", sorted(cited.sizes), size)
    return True


def _changed_on_the_way(files: Files, path: str, name: str, size: int, cited: Citations | None) -> str | None:
    """Tell what became of a document of another hash, if that is no alteration: cut, added to, replaced, changed."""
    sizes = sorted(cited.sizes) if cited is not None else []
    if not size or (sizes and size < sizes[0]):
        return "short"
    data = (files.read(path, MAX_TEXT_BYTES) if size <= MAX_TEXT_BYTES else None) or b""
    if is_html(data) and isinstance(files, Web):
        return "replaced"
    if data.endswith(bytes(HASH_BYTES)):  # room that was made before the bytes came
        return "short"
    if any(hashlib.sha256(data[:length]).hexdigest() == name for length in sizes):
        return "added"
    return "changed" if any(hashlib.sha256(former).hexdigest() == name for former in restored(data)) else None
