"""The public's pages. In: requests. Out: pages made by `web`."""

from fastapi import APIRouter

router = APIRouter()
