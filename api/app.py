"""The service: every door over one library and one index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api import errors, openapi, pages
from api.answers import IdempotentWrites, TaggedReads
from api.gate import Gate
from api.pages.answers import error_page
from api.routes import checks, contents, creators, events, exports, filling, imports, search, segments, sources, subscriptions, watch_lists
from api.services import Services
from recommender.library import open_library
from recommender.search import open_index
from recommender.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application. Library and index are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        library = open_library(settings.library_url)
        try:
            app.state.services = Services(settings, library, open_index(settings.search_url, library, settings))
            yield
        finally:
            library.close()

    app = FastAPI(
        title="种草 Zhongcao",
        version=_version(),
        lifespan=lifespan,
        docs_url=None,  # the usual pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    errors.install(app, error_page)
    openapi.install(app)
    app.add_middleware(IdempotentWrites)
    app.add_middleware(TaggedReads)
    app.add_middleware(Gate)  # the last one added is the first one passed
    doors = APIRouter(prefix="/v1")
    # Routes are tried in this order, and search is what is asked most.
    modules = (search, contents, filling, exports, creators, segments, events, subscriptions, sources, watch_lists, imports, checks)
    for module in modules:
        doors.include_router(module.router)
    app.include_router(doors)
    app.include_router(checks.health)
    app.include_router(pages.router, include_in_schema=False)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _version() -> str:
    try:
        return version("zhongcao")
    except PackageNotFoundError:  # run from a tree that was not installed
        return "0"
