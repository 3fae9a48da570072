"""Search: words, characters and meaning together, under filters."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from api.keys import Reader
from api.openapi import problems
from api.services import Services, services
from api.wire.cards import card_of
from api.wire.filters import SearchQuery
from api.wire.searching import SearchOut

router = APIRouter(tags=["搜索"])
Doors = Annotated[Services, Depends(services)]
LONGEST_ECHO = 500  # characters of the query that the answer repeats


@router.get("/search", summary="搜索内容", response_model=SearchOut, responses=problems(503))
def search_contents(doors: Doors, _caller: Reader, query: Annotated[SearchQuery, Query()]) -> Response:
    """按相关度（或最新、质量、热度）给出内容、每条的得分构成和命中的词。notes 说明查询被怎样处理，例如太长截短。

    chips 是读懂的每一部分和去掉它之后的查询，suggestions 是可能想找的查询。
    """
    words = query.q.replace("\x00", " ")
    found = doors.fresh_index().search(words, query.to_filter(), limit=query.limit, cursor=query.cursor, order=query.order)
    contents = doors.library.contents.get_cards([hit.id for hit in found.hits])
    hits = [
        {"content": card_of(contents[hit.id]), "score": hit.score, "parts": hit.parts, "matched": hit.matched}
        for hit in found.hits
        if hit.id in contents  # one that was taken down since the index was published
    ]
    body = {
        "query": words[:LONGEST_ECHO],
        "understood": found.understood,
        "notes": found.notes,
        "chips": found.chips,
        "suggestions": found.suggestions,
        "total": found.total,
        "facets": found.facets,
        "took_ms": round(found.took_ms, 3),
        "hits": hits,
        "next_cursor": found.next_cursor,
    }
    # Written here and not through the models: making and checking those took longer than the search.
    return Response(orjson.dumps(body), media_type="application/json")
