"""Pages of a copy: every link leads to a file, elsewhere, or nowhere; nothing is asked of a network."""

from tests.rows import each_row

from constancia.api.opendata.links import SiteAddress, file_of_page, rewritten

FILES = {
    "/es/compromisos": "es/compromisos.html",
    "/static/site.css": "static/site.css",
    "/documents/x": "documentos/50% 1.txt",
}


def copied(page: str, place: str = "es/compromisos/rm.html", path: str = "/es/compromisos/rm") -> str:
    return rewritten(page, SiteAddress(path), place, lambda target: FILES.get(target.path), "<aside>copia</aside>")


@each_row(
    ("page", "copy"),
    [
        ('<a href="/es/compromisos">a</a>', '<a href="../compromisos.html">a</a>'),
        ('<a class="x" href="/api/v1/state?size=1" type="application/json">a</a>', '<a class="x">a</a>'),
        ('<a aria-label="JSON: x" href="/data/x.json">a</a>', "<a>a</a>"),
        ('<a href="#r1">a</a>', '<a href="#r1">a</a>'),
        ('<a href="https://example.org/?a=1&amp;b=2">a</a>', '<a href="https://example.org/?a=1&amp;b=2">a</a>'),
        ('<a href="/documents/x">a</a>', '<a href="../../documentos/50%25 1.txt">a</a>'),
        ('<link rel="stylesheet" href="/static/site.css">', '<link rel="stylesheet" href="../../static/site.css">'),
        ('<link rel="alternate" href="/es/novedades.atom">', ""),
        ('<link rel="stylesheet" href="https://example.org/a.css">', ""),
        ('<img src="https://example.org/a.png" alt="">', ""),
        ('<script src="/static/a.js"></script>x', "x"),
        ('<form action="/es/buscar"><input name="q"></form>x', "x"),
        ('<meta property="og:url" content="http://localhost/es/">x', "x"),
        ('<link rel="canonical" href="http://localhost/es/">x', "x"),
        ("<p>href=&#34;/es/compromisos&#34;</p>", "<p>href=&#34;/es/compromisos&#34;</p>"),
        ("<main><p>x</p></main>", "<aside>copia</aside><main><p>x</p></main>"),
    ],
)
def test_o11_o12_what_becomes_of_a_link(page: str, copy: str) -> None:
    assert copied(page) == copy


@each_row(
    ("address", "file"),
    [
        (SiteAddress("/es/"), "es/index.html"),
        (SiteAddress("/es/compromisos"), "es/compromisos.html"),
        (SiteAddress("/en/commitments/p4-1"), "en/commitments/p4-1.html"),
        (SiteAddress("/es/compromisos/con"), "es/compromisos/con-.html"),
        (SiteAddress("/es/compromisos/nul.x"), "es/compromisos/nul.x-.html"),
        (SiteAddress("/es/decisiones", "start=50"), "es/decisiones-start-50.html"),
        (SiteAddress("/es/compromisos/ñ:"), "es/compromisos/--.html"),
    ],
)
def test_name_of_a_pages_file_is_one_for_every_system(address: SiteAddress, file: str) -> None:
    assert file_of_page(address) == file


def test_relative_links_are_read_from_the_pages_own_address() -> None:
    assert SiteAddress.read("?start=50", "/es/registros") == SiteAddress("/es/registros", "start=50")
    assert SiteAddress.read("otro", "/es/decisiones/d-1") == SiteAddress("/es/decisiones/otro")
    assert SiteAddress.read("mailto:a@example.org", "/es/") is None
