"""All harnesses: importing this enters them."""

from tests.fuzz import files, formats, law, people
from tests.fuzz.harness import HARNESSES

__all__ = ["HARNESSES", "files", "formats", "law", "people"]
