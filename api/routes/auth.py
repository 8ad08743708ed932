"""Log-in, log-out and the first account. In: forms. Out: a session, or the same page with a reason."""

from fastapi import APIRouter

router = APIRouter()
