"""The catalogue: DCAT as a harvester reads it: each dataset with files that answer, typed and licensed."""

import hashlib
from typing import Any

import httpx
from tests.api.served import UNLIMITED, Desk, appoint, later, serving

SAYS = {
    "operator": "Archivo",
    "contact": "datos@example.org",
    "licence": "CC-BY-4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
}


def expanded(document: dict[str, Any], name: str) -> str:
    prefix, _, rest = name.partition(":")
    return str(document["@context"][prefix]) + rest


def test_days_are_those_of_the_ledgers_zone(adopted: Desk) -> None:
    """In the evening of Mexico UTC has begun the next day."""
    later(adopted, hours=(28 - adopted.clock.now().hour) % 24)
    appoint(adopted, "inai", "late")
    assert str(adopted.clock.now().date()) != adopted.world.today
    (end,) = {
        dataset["dct:temporal"]["dcat:endDate"]["@value"]
        for dataset in adopted.http.get("/data/catalog.jsonld").json()["dcat:dataset"]
    }
    assert end == adopted.world.today


def test_every_dataset_has_files_that_answer(scene: Desk) -> None:
    answer = scene.http.get("/data/catalog.jsonld")
    assert answer.headers["content-type"].startswith("application/ld+json")
    catalogue = answer.json()
    assert expanded(catalogue, catalogue["@type"]) == "http://www.w3.org/ns/dcat#Catalog"
    seen: set[str] = set()
    for dataset in catalogue["dcat:dataset"]:
        assert dataset["@type"] == "dcat:Dataset"
        assert {text["@language"] for text in dataset["dct:title"]} == {"es", "en"}
        assert dataset["dct:temporal"]["dcat:startDate"]["@value"] <= dataset["dct:temporal"]["dcat:endDate"]["@value"]
        assert "dct:publisher" not in dataset
        for distribution in dataset["dcat:distribution"]:
            address = distribution["dcat:downloadURL"]["@id"]
            seen.add(distribution["@id"])
            if address.endswith((".csv", ".json")):
                file = scene.http.get(address)
                media = distribution["dcat:mediaType"]["@id"].removeprefix(
                    "https://www.iana.org/assignments/media-types/"
                )
                assert (file.status_code, file.headers["content-type"].split(";")[0]) == (200, media)
    assert len(seen) == sum(len(dataset["dcat:distribution"]) for dataset in catalogue["dcat:dataset"]) > 70


def test_publisher_licence_and_checksums_are_said_where_they_are_known(scene: Desk) -> None:
    with serving(scene.ledger, UNLIMITED.model_copy(update=SAYS)) as url:
        data = httpx.get(f"{url}/data/libro.sqlite").content
        catalogue = httpx.get(f"{url}/data/catalog.jsonld").json()
        package = httpx.get(f"{url}/datos/datapackage.json").json()
        page = httpx.get(f"{url}/es/datos").text
    assert catalogue["dct:publisher"]["foaf:name"] == "Archivo"
    assert catalogue["dct:license"] == {"@id": SAYS["licence_url"]}
    whole = catalogue["dcat:dataset"][-1]
    assert whole["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:datos@example.org"}
    [database] = [each for each in whole["dcat:distribution"] if each["dcat:downloadURL"]["@id"].endswith(".sqlite")]
    assert database["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(data).hexdigest()
    assert database["dcat:byteSize"]["@value"] == str(len(data))
    assert package["licenses"] == [{"name": "CC-BY-4.0", "title": "CC-BY-4.0", "path": SAYS["licence_url"]}]
    assert package["contributors"] == [{"title": "Archivo", "role": "publisher", "email": "datos@example.org"}]
    assert 'rel="license">CC-BY-4.0</a>' in page
