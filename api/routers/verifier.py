"""The single-file HTML verifier, as it is in every bundle: to be saved, and used without this server."""

from fastapi.responses import HTMLResponse, Response

from constancia.api.http.request.query import Router
from constancia.ledger.publication.verifier_page import PAGE_NAME, policy_of, verifier_page

router = Router(tags=["log"])


@router.get(f"/{PAGE_NAME}", summary="The verifier in one HTML page", response_class=HTMLResponse)
def page() -> Response:
    """Give the page. Its policy is its own: one script and one style by their hashes, a worker, and no network."""
    source = verifier_page()
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Security-Policy": policy_of(source.decode()),
        "X-Frame-Options": "DENY",  # what a policy in a <meta> can't say
    }
    return HTMLResponse(source, headers=headers)
