"""The pages that explain: help, glossary, who operates this, accessibility, the map of the site, the components."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from fastapi import Response

from constancia.api.http.deps import TheSettings
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import SEGMENTS, Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.verify import WIRE_FORMAT

router = Router(include_in_schema=False, route_class=CachedPage)

# A page of prose: its segment → the prose's file and the sentence below the heading.
_TEXTS: Final = {
    "ayuda": ("help", "page.help_lead"),
    "glosario": ("glossary", "page.glossary_lead"),
    "acerca": ("about", "page.about_lead"),
    "accesibilidad": ("accessibility", "page.accessibility_lead"),
}
_MAP: Final = (
    (
        "page.map_agreement",
        ("acuerdos", "compromisos", "decisiones", "planes", "vencidos", "pendientes", "deberes", "preparar"),
    ),
    ("page.map_people", ("partes", "reuniones", "participacion", "comunicados", "quejas", "senalamientos")),
    ("page.map_follow", ("seguir", "cambios", "buscar", "registros", "datos")),
    ("page.map_verify", ("verificar", "integridad", "pruebe", "rechazos", "cancelaciones", "codigos")),
    ("page.map_about", ("ayuda", "glosario", "acerca", "accesibilidad")),
)


def _text_page(name: str, lead: str) -> Callable[[Frame, TheSettings], Response]:
    def shown(frame: TheFrame, settings: TheSettings) -> Response:
        contact = settings.contact
        address = contact if contact is None or contact.startswith("http") else f"mailto:{contact}"
        return frame.page(
            "text_page.html",
            name=name,
            lead=lead,
            origin=frame.ledger.origin,
            operator=settings.operator,
            contact=contact,
            contact_url=address,
            licence=settings.licence,
            licence_url=settings.licence_url,
            version=version("constancia"),
            wire_format=WIRE_FORMAT,
        )

    return shown


for _segment, (_name, _lead) in _TEXTS.items():
    for _path in (f"/es/{_segment}", f"/en/{SEGMENTS[_segment]}"):
        router.add_api_route(_path, _text_page(_name, _lead), name=_segment)


@router.get("/es/mapa")
@router.get("/en/map")
def site_map(frame: TheFrame) -> Response:
    """List all sections of the site."""
    return frame.page("map.html", groups=_MAP)


@router.get("/es/componentes")
@router.get("/en/components")
def components(frame: TheFrame) -> Response:
    """Show every component in every state: what the tests photograph, and what a new page is made from."""
    return frame.page("components.html")
