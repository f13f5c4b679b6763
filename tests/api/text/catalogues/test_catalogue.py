"""The compiled catalogue of a checkout is stored by what it was compiled from."""

from pathlib import Path

import pytest

from constancia.api.text.catalogues.catalogue import compiled

ONE = {"a.po": b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a.b"\nmsgstr "uno"\n'}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This user's folder of what can be made again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_it_is_stored_by_its_sources_and_readable_by_its_user_alone(cache: Path) -> None:
    made = compiled("es", lambda: ONE)
    [stored] = cache.glob("constancia/catalogues/*")
    assert stored.read_bytes() == made
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700
    stored.write_bytes(b"as it is stored")
    assert compiled("es", lambda: ONE) == b"as it is stored"
    other = compiled("es", lambda: {"a.po": ONE["a.po"].replace(b"uno", b"dos")})
    assert b"dos" in other


def test_it_is_compiled_where_nothing_can_be_stored(cache: Path) -> None:
    (cache / "constancia").write_bytes(b"no folder")
    assert b"uno" in compiled("es", lambda: ONE)
