"""The pages for editors: server-rendered, without third-party code, working without JavaScript. A door over the same rooms as `/v1`."""

from fastapi import APIRouter

from api.pages import assets, contents, digests, matches, pictures, search, sources
from api.pages.answers import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
for door in (search, contents, matches, digests, sources, pictures, assets):
    router.include_router(door.router)
