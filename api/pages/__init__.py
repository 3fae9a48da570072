"""The pages for editors: server-rendered, without third-party code, working without JavaScript. A door over the same rooms as `/v1`."""

from fastapi import APIRouter

from api.pages import assets, clip, contents, creators, digests, imports, matches, pictures, search, sources, watch_lists
from api.pages.answers import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
for door in (search, contents, matches, digests, sources, watch_lists, creators, imports, clip, pictures, assets):
    router.include_router(door.router)
