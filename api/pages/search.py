"""The search page: the library at a glance, or what answers a query, narrowed by facets."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.keys import require
from api.pages.answers import PageRoute, back_to, page, translator
from api.pages.forms import Posted, Query, address, toggled, with_value
from api.pages.language import Translator
from api.services import Services, services
from api.wire.filters import Filters
from recommender.errors import IndexUnavailable
from recommender.library.model import ContentFilter, ContentItem, ContentType, Platform
from recommender.search import Chip

PER_PAGE = 20
SHOWN_VALUES = 8  # of a facet; the rest is folded away
FACETS = ("category", "content_type", "platform", "brand", "creator")
FOLDED = ("brand", "creator")  # long lists
QUALITIES = ("50", "60", "70", "80")
ORDERS = ("relevance", "newest", "quality", "heat")
_LISTS = (*FACETS, "tag", "watch_list")
_SINGLE = ("min_quality", "published_from", "published_to")
TRANSLATED = ("platform", "content_type", *_SINGLE)  # filters whose values have a word in the reader's language
MOST_CHIPS = 20  # each link repeats the query
# What the help shows: the name of its explanation, and a query that shows it.
HELP = (
    ("phrase", '"早八通勤"'),
    ("without", "面霜 -香精"),
    ("or", "防晒霜 OR 隔离霜"),
    ("category", "品类:美妆,母婴"),
    ("brand", "品牌:雅诗兰黛"),
    ("creator", "达人:柚子"),
    ("platform", "平台:小红书"),
    ("type", "类型:种草"),
    ("date", "日期:近30天"),
    ("quality", "质量:>=70"),
    ("tag", "标签:护肤"),
    ("list", "清单:敏感肌"),
)

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Card:
    """One content in a list and the words that found it."""

    item: ContentItem
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a listing."""

    cards: list[Card]
    total: int
    facets: dict[str, dict[str, int]]
    next_cursor: str | None
    took_ms: float
    understood: str = ""
    notes: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, and the address of this page with it switched."""

    label: str
    amount: int | None
    chosen: bool
    address: str


def read_filters(request: Request) -> Filters:
    """The filters in the address; raises pydantic's ValidationError for a value that cannot be."""
    given: dict[str, object] = {}
    for name in (*_LISTS, *_SINGLE):
        if values := [value for value in request.query_params.getlist(name) if value.strip()]:
            given[name] = values if name in _LISTS else values[-1]
    return Filters.model_validate(given)


def _listing(found: Services, filter: ContentFilter, order: str, cursor: str | None) -> Found:
    started = time.perf_counter()
    contents = found.library.contents
    items, following = contents.page(filter, order=order, after=cursor, limit=PER_PAGE)
    total, facets = contents.count(filter), contents.facets(filter)
    return Found([Card(item) for item in items], total, facets, following, (time.perf_counter() - started) * 1000)


def _searched(found: Services, query: str, filter: ContentFilter, order: str, cursor: str | None) -> Found:
    result = found.fresh_index().search(query, filter, limit=PER_PAGE, cursor=cursor, order=order)
    items = found.library.contents.get_many([hit.id for hit in result.hits])
    cards = [Card(items[hit.id], tuple(hit.matched)) for hit in result.hits if hit.id in items]
    told = (result.understood, tuple(result.notes), result.chips, result.suggestions)
    return Found(cards, result.total, result.facets, result.next_cursor, result.took_ms, *told)


def facet_label(t: Translator, facet: str, value: str) -> str:
    """The reader's word for a value of a facet."""
    try:
        return {"platform": lambda: t.name(Platform(value)), "content_type": lambda: t.name(ContentType(value))}[facet]()
    except (KeyError, ValueError):
        return value


def _filter_label(t: Translator, name: str, value: str, watch_lists: Mapping[str, str]) -> str:
    if name == "watch_list":
        return watch_lists.get(value, value)
    return t(f"filter.{name}_is", value=value) if name in _SINGLE else facet_label(t, name, value)


def _choices(t: Translator, query: Query, facet: str, counts: dict[str, int]) -> list[Choice]:
    chosen = [value for name, value in query if name == facet]
    amounts = counts | {value: 0 for value in chosen if value not in counts}
    return [
        Choice(facet_label(t, facet, value), amount, value in chosen, address("/", toggled(query, facet, value)))
        for value, amount in sorted(amounts.items(), key=lambda pair: (pair[0] not in chosen, -pair[1], pair[0]))
    ]


def _watch_choices(query: Query, watch_lists: Mapping[str, str]) -> dict[str, list[Choice]]:
    """The watch-lists to narrow by; how many contents each has is said on their own page."""
    chosen = [value for name, value in query if name == "watch_list"]
    names = sorted(watch_lists.items(), key=lambda pair: (pair[0] not in chosen, pair[1]))
    return {"watch_list": [Choice(name, None, key in chosen, address("/", toggled(query, "watch_list", key))) for key, name in names]}


def _chips(query: Query, chips: tuple[Chip, ...]) -> list[tuple[str, str]]:
    """Each part of the search that was understood, and the address of this page without it; none for one plain word."""
    if len(chips) == 1 and chips[0].kind == "word":
        return []
    return [(chip.label, address("/", with_value(query, {"q": chip.rest}))) for chip in chips[:MOST_CHIPS]]


@router.get("/")
def search_page(request: Request, found: Doors) -> Response:
    """What was asked for, or the newest of the library."""
    t = translator(request)
    most = found.settings.query_characters + 1  # one too many, so that search says it; each of many links repeats the query
    known = ("q", "order", *_LISTS, *_SINGLE)
    text, cursor = request.query_params.get("q", "").strip()[:most], request.query_params.get("cursor") or None
    given = request.query_params.multi_items()
    query: Query = [(name, text if name == "q" else value) for name, value in given if name in known and value.strip()]
    filters = read_filters(request)
    filter = filters.to_filter()
    order = request.query_params.get("order", "")
    if order not in ORDERS or (order == "relevance" and not text):
        order = "relevance" if text else "newest"
    status, unavailable = 200, ""
    try:
        result = _searched(found, text, filter, order, cursor) if text else _listing(found, filter, order, cursor)
    except IndexUnavailable as error:
        status, unavailable = 503, error.message
        result = _listing(found, filter, "newest", None)
    facets = {facet: _choices(t, query, facet, result.facets.get(facet, {})) for facet in FACETS}
    narrowed = [pair for pair in query if pair[0] in (*_LISTS, *_SINGLE)]
    watch_lists = {one.id: one.name for one in found.library.watch_lists.all()}
    return page(
        request,
        "search.html",
        status,
        q=text,
        result=result,
        chips=_chips(query, result.chips),
        suggestions=[(one, address("/", with_value(query, {"q": one}))) for one in result.suggestions],
        help=[(name, example, address("/", [("q", example)])) for name, example in HELP],
        facets=_watch_choices(query, watch_lists) | facets,
        folded=FOLDED,
        shown_values=SHOWN_VALUES,
        filters=filters,
        day_from=request.query_params.get("published_from", ""),
        day_to=request.query_params.get("published_to", ""),
        qualities=QUALITIES,
        order=order,
        orders={name: address("/", with_value(query, {"order": name})) for name in ORDERS if text or name != "relevance"},
        hidden=[pair for pair in query if pair[0] in _LISTS],
        kept=[pair for pair in query if pair[0] not in ("q", "cursor")],
        narrowed=[
            (_filter_label(t, name, value, watch_lists), address("/", toggled(query, name, value)), name not in TRANSLATED)
            for name, value in narrowed
        ],
        cleared=address("/", [("q", text)] if text else []),
        first=address("/", with_value(query, {})) if cursor else "",
        following=address("/", [*with_value(query, {}), ("cursor", result.next_cursor)]) if result.next_cursor else "",
        unavailable=unavailable,
        samples=found.library.contents.sample_count(),
        library_total=result.total if not (text or narrowed) else found.library.contents.count(),
    )


@router.post("/sample/delete", dependencies=[Depends(require("admin"))])
def delete_sample(found: Doors, _form: Posted) -> Response:
    """Remove the sample library for good."""
    found.library.contents.remove_sample()
    found.follow_up()
    return back_to("/", "sample")
