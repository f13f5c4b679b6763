"""The catalogue entry of the data, for portals of open data that harvest it.

Source: W3C DCAT 3 and DCAT-AP 3 (Catalog, Dataset, Distribution) as JSON-LD 1.1; SPDX for the checksum.
"""

from collections.abc import Mapping
from typing import Any, Final

from constancia.api.opendata.dataset import About
from constancia.api.opendata.dictionary import note_of, title_of
from constancia.api.opendata.tables.all_tables import TABLES
from constancia.api.text.i18n import LANGUAGES, tr

_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_FORMATS: Final = (("csv", "text/csv"), ("json", "application/json"))
_TONGUE: Final = "http://publications.europa.eu/resource/authority/language/"
_TONGUES: Final = {"es": "SPA", "en": "ENG"}


def catalogue(about: About, checksums: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Give the catalogue as JSON-LD: a dataset a table, each as CSV and JSON, and the whole as database and bundle.

    Args:
        about: What is said of the data; it has an address.
        checksums: SHA-256 in hex and length of the files that are made already, by the last part of their path.
    """
    home = about.address or ""
    datasets = [
        _dataset(
            about,
            f"data/{table.name}",
            {lang: title_of(table, lang) for lang in LANGUAGES},
            {lang: note_of(table, lang) for lang in LANGUAGES},
            [
                _distribution(about, f"{folder}/{table.named(lang)}.{name}", media, lang, checksums)
                for lang, folder in (("es", "datos"), ("en", "data"))
                for name, media in _FORMATS
            ],
        )
        for table in TABLES
    ]
    whole = [
        _distribution(about, "data/libro.sqlite", "application/vnd.sqlite3", "es", checksums),
        _distribution(about, "bundle.zip", "application/zip", "es", checksums),
    ]
    titles = {lang: tr(lang, "data.whole") for lang in LANGUAGES}
    datasets.append(
        _dataset(about, "data/libro", titles, {lang: tr(lang, "data.package") for lang in LANGUAGES}, whole)
    )
    return {
        "@context": _CONTEXT,
        "@id": f"{home}/data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _texts(about.names),
        "dct:description": _texts({lang: tr(lang, "data.package") for lang in LANGUAGES}),
        "dct:language": [{"@id": _TONGUE + _TONGUES[lang]} for lang in LANGUAGES],
        "foaf:homepage": {"@id": f"{home}/"},
        **_publisher(about),
        **_licence(about),
        "dcat:dataset": datasets,
    }


def _dataset(
    about: About, path: str, titles: Mapping[str, str], notes: Mapping[str, str], distributions: list[dict[str, Any]]
) -> dict[str, Any]:
    days = {"dcat:startDate": about.first_day, "dcat:endDate": about.last_day}
    period = {name: {"@type": "xsd:date", "@value": day} for name, day in days.items() if day}
    covered = {"dct:temporal": {"@type": "dct:PeriodOfTime", **period}} if period else {}
    modified = {"dct:modified": {"@type": "xsd:date", "@value": about.last_day}} if about.last_day else {}
    return {
        "@id": f"{about.address}/{path}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{about.origin}#{path.rpartition('/')[2]}",
        "dct:title": _texts(titles),
        "dct:description": _texts(notes),
        **_publisher(about),
        **_contact(about),
        **covered,
        **modified,
        "dcat:distribution": distributions,
    }


def _distribution(
    about: About, path: str, media: str, lang: str, checksums: Mapping[str, tuple[str, int]]
) -> dict[str, Any]:
    address = {"@id": f"{about.address}/{path}"}
    document: dict[str, Any] = {
        "@id": f"{about.address}/{path}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": {"@language": lang, "@value": path.rpartition("/")[2]},
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": {"@id": _MEDIA + media},
        **_licence(about),
    }
    made = checksums.get(path.rpartition("/")[2])
    if made is not None:
        digest, length = made
        document["dcat:byteSize"] = {"@type": "xsd:nonNegativeInteger", "@value": str(length)}
        document["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": digest},
        }
    return document


def _publisher(about: About) -> dict[str, Any]:
    return {"dct:publisher": {"@type": "foaf:Agent", "foaf:name": about.publisher}} if about.publisher else {}


def _contact(about: About) -> dict[str, Any]:
    if not about.contact:
        return {}
    is_mail = "@" in about.contact and "://" not in about.contact
    where = (
        {"vcard:hasEmail": {"@id": f"mailto:{about.contact}"}} if is_mail else {"vcard:hasURL": {"@id": about.contact}}
    )
    return {"dcat:contactPoint": {"@type": "vcard:Kind", "vcard:fn": about.publisher or about.contact, **where}}


def _licence(about: About) -> dict[str, Any]:
    if about.licence_url:
        return {"dct:license": {"@id": about.licence_url}}
    return {"dct:license": {"@type": "dct:LicenseDocument", "dct:title": about.licence}} if about.licence else {}


def _texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@language": lang, "@value": words} for lang, words in texts.items()]
