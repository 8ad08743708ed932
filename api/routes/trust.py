"""How a phone comes to trust this desk. In: requests. Out: the page in plain steps, and the CA's certificate."""

from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.access import anyone, the_desk
from api.desk import Desk
from web.render import page

router = APIRouter(include_in_schema=False)

TheDesk = Annotated[Desk, Depends(the_desk)]


def _ca(desk: Desk) -> x509.Certificate | None:
    path = desk.places.tls / "ca.pem"
    if desk.settings.server.https_cert or not path.is_file():
        return None
    return x509.load_pem_x509_certificate(path.read_bytes())


@router.get("/trust", dependencies=[anyone()])
async def trust(request: Request, desk: TheDesk) -> Response:
    """What to tap, per kind of phone."""
    ca = _ca(desk)
    fingerprint = ca.fingerprint(hashes.SHA256()).hex(" ", 2).upper() if ca else ""
    host = request.url.hostname or ""
    secure = f"https://{host}:{desk.settings.server.https_port}/crew"
    return page(request, "trust.html", fingerprint=fingerprint, secure=secure)


@router.get("/trust/daylight.crt", dependencies=[anyone()])
async def ca_file(desk: TheDesk) -> Response:
    """The CA's certificate as phones take it; it can vouch for local names and addresses only."""
    ca = _ca(desk)
    if ca is None:
        raise HTTPException(404)
    return Response(
        ca.public_bytes(serialization.Encoding.DER),
        media_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="daylight.crt"', "Cache-Control": "no-cache"},
    )
