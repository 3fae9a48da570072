"""What a page answers with: rendered HTML under a strict policy, redirects after a POST, and errors in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError
from starlette.datastructures import URL

from api.errors import field_errors, status_of
from api.pages import formats
from api.pages.assets import asset_address
from api.pages.language import LANGUAGES, Translator, negotiate
from recommender.errors import ZhongcaoError

logger = logging.getLogger(__name__)

COOKIE = "zhongcao_lang"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Cookie",
}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals |= {"asset": asset_address, "languages": LANGUAGES, "web_address": formats.web_address}
_templates.filters |= {"path": lambda text: quote(str(text), safe=""), "local_time": formats.local_time}


def translator(request: Request) -> Translator:
    """The words in the language of this reader."""
    asked, remembered = request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")
    return Translator(negotiate(asked, remembered, request.headers.get("accept-language", "")))


def here(request: Request) -> URL:
    """Path and query of this page, without the host, its language and what was just done."""
    return URL(scope={**request.scope, "server": None, "headers": []}).remove_query_params(["lang", "done"])


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """`template` rendered for the reader of `request`. The query may carry `done`, the key of a sentence to show once."""
    t = translator(request)
    now = datetime.now(UTC)
    done = f"done.{request.query_params.get('done', '')}"
    context = {
        "t": t,
        "path": request.url.path,
        "done": t(done) if done in _DONE else "",
        "in_language": {name: str(here(request).include_query_params(lang=name)) for name in LANGUAGES},
        "number": lambda value: formats.short_number(value, t.language),
        "highlight": formats.highlight,
        "excerpt": formats.excerpt,
        "lead": formats.lead,
        "ago": lambda moment: formats.ago(moment, now, t.language),
    }
    answer = HTMLResponse(_templates.get_template(template).render({**context, **values}), status_code=status, headers=HEADERS)
    answer.headers["Content-Language"] = "zh-CN" if t.language == "zh" else "en"
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(COOKIE, t.language, max_age=31_536_000, httponly=True, samesite="lax")
    return answer


_DONE = {f"done.{name}" for name in ("saved", "deleted", "sent", "queued", "sample", "added", "taken_down", "later", "known")}


def back_to(path: str, done: str = "") -> RedirectResponse:
    """See `path` of our own next, so that reloading does not post again; `done` says there what was done."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//") or "\\" in path:
        path = "/"
    address = URL(path).include_query_params(done=done) if done else URL(path)
    return RedirectResponse(str(address), status_code=303, headers={"Cache-Control": "no-store"})


def error_page(request: Request, status: int, message: str = "") -> HTMLResponse:
    """A friendly page for an error: what happened, in one sentence, and where to go on. `app` uses it for unknown addresses too."""
    return page(request, "error.html", status, code=status, message=message)


def describe(error: ValidationError | RequestValidationError) -> str:
    """What is wrong with the fields of a form, each named, in one line."""
    found = []
    for problem in field_errors([{**problem, "loc": ("form", *problem["loc"])} for problem in error.errors()]):
        found.append(f"{problem['field']}：{problem['message']}" if problem["field"] else problem["message"])
    return "；".join(dict.fromkeys(found)) + "。"


class PageRoute(APIRoute):
    """A route whose errors are pages: the sentence of a `ZhongcaoError`, never a traceback."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error turned into a page."""
        handle = super().get_route_handler()

        async def handle_with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except ZhongcaoError as error:
                return error_page(request, status_of(error), error.message)
            except (ValidationError, RequestValidationError) as error:
                return error_page(request, 422, describe(error))
            except Exception:
                logger.exception("a page failed: %s %s", request.method, request.url.path)
                return error_page(request, 500)

        return handle_with_pages
