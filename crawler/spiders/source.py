"""What the spiders do alike: the source's address, the pages it leads to, and plain words for whatever comes of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse

from crawler.addresses import canonical
from crawler.health import BudgetSpent, answer_problem, failure_problem
from crawler.intake import local_now
from crawler.items import ParsedNote, Refusal
from crawler.middlewares import retry_at
from crawler.parsers.pages import page_text, parse_page
from crawler.parsers.weibo import parse_weibo
from recommender.errors import BlockedAddress, NotAllowed
from recommender.library import Library
from recommender.library.model import CrawlReport, FetchState, Source
from recommender.outbound.guard import is_allowed

MOST_MARKS = 150_000  # a page with more "<" in it is no article, and would take much time and memory to find that out
MANY_UNREAD = 3  # pages; of fewer it is not said that the site fails
UNREAD = FetchState()  # asked, but not read: to be asked again, after those that were never asked


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one address gave, and what to remember of it as soon as that is stored. Both may be nothing."""

    notes: tuple[ParsedNote | Refusal, ...] = ()
    url: str = ""  # as it is remembered
    state: FetchState | None = None


def header(response: Response, name: str) -> str:
    """One header of an answer, "" where it is not there."""
    return (response.headers.get(name) or b"").decode("latin-1")[:200]


class SourceSpider(Spider):
    """Reads one source. After the crawl `report`, `problem` (a sentence), `unchanged`, `remarks` and `requests` say what came of it.

    A spider is given its `source`, the `state` of the last fetch of its address if there was one, and the `library`, where the
    pipeline stores what it yields and `known` says which pages were fetched before.
    """

    source: Source
    state: FetchState | None
    library: Library
    conditional = True  # whether an answer that is as it was needs no reading

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = CrawlReport()
        self.problem = ""
        self.unchanged = False
        self.fetched: FetchState | None = None
        self.requests = 0
        self.left = 0  # pages that have to wait for the next run
        self.unread: Counter[str] = Counter()  # sentences on pages that could not be had, while the source goes on
        self.left_out: Sequence[str] = ()  # sentences on what intake did not want
        self.spent = ""  # a sentence, where this run used up its requests or its time

    def take_request(self) -> None:
        """Count a request of this run. Raises `BudgetSpent` where no more may be made."""
        if self.requests >= self.source.max_requests:
            raise BudgetSpent(f"这次的 {self.source.max_requests} 次请求用完了，下次接着抓。")
        self.requests += 1

    @property
    def trouble(self) -> str:
        """Why nothing came of this run, "" where something did or nothing had to."""
        if self.problem or self.report.found:
            return self.problem
        return self.spent or ("网站的页面这次读不到。" if self.unread.total() >= MANY_UNREAD else "")

    @property
    def remarks(self) -> list[str]:
        """Sentences on what was left out of this run, and why."""
        said = [*self.left_out, *([self.spent] if self.spent != self.trouble else [])]
        if self.left:
            said.append(f"还有 {self.left} 页没有抓。" if self.spent else f"还有 {self.left} 页没有抓，下次接着抓。")
        if self.unread:
            reason, _ = self.unread.most_common(1)[0]
            said.append(f"有 {self.unread.total()} 页没有读到（{reason}）")
        return said

    async def start(self) -> AsyncIterator[Request]:
        """Source: Scrapy."""
        if self.state and self.state.at and self.state.at > local_now():
            self.problem = f"{urlsplit(self.source.url).netloc} 要求 {self.state.at:%m-%d %H:%M} 以后再来，还没有到时候，这次没有去问。"
            return
        yield self.asking(self.source.url, self.parse, self.failed, self.state if self.conditional else None)

    def asking(self, url: str, then: Any, otherwise: Any, state: FetchState | None = None, **kwargs: Any) -> Request:
        """A request for `url`, conditional where its last answer is known. Raises `ValueError` for an address that is none."""
        headers = {}
        if state and state.etag:
            headers["If-None-Match"] = state.etag
        if state and state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        return Request(url, headers=headers, callback=then, errback=otherwise, cb_kwargs=kwargs, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched | Request]:
        """Source: Scrapy."""
        if response.status == 304:
            self.unchanged = True
            return
        if problem := answer_problem(response.status, response.url, retry_at(response)):
            self.problem = problem
            if (rest := retry_at(response)) and response.status in (429, 503):
                self.library.fetches.put(self.source.url, replace(self.state or FetchState(), at=rest))
            return
        self.fetched = remembered(response)
        if self.conditional and self.state and self.state.fingerprint == self.fetched.fingerprint:
            self.unchanged = True
            return
        try:
            yield from self.notes(response)
        except Exception as error:  # one source never stops another, and its report says why it stopped
            self.logger.exception("a parser failed on %s", response.url)
            self.problem = f"{response.url[:200]}：读取时出错（{type(error).__name__}），请把网址告诉维护的人。"

    def notes(self, response: Response) -> Iterator[Fetched | Request]:
        """What the answer holds; sets `problem` where it holds nothing of use."""
        raise NotImplementedError

    def failed(self, failure: Any) -> None:
        """Source: Scrapy."""
        self.problem = failure_problem(failure.value, self.source.url)

    def page(self, response: Response, before: FetchState | None) -> tuple[tuple[ParsedNote | Refusal, ...], FetchState]:
        """What a page that the source led to says, and what to remember of it; no notes where it is as it was."""
        if response.status == 304 and before:
            return (), FetchState(before.etag, before.last_modified, before.fingerprint)
        if problem := answer_problem(response.status, response.url, retry_at(response)):
            final = response.status < 500 and response.status not in (408, 429)
            return (Refusal(problem),), FetchState(fingerprint=f"status {response.status}") if final else UNREAD
        state = remembered(response)
        if before and before.fingerprint == state.fingerprint:
            return (), state
        return tuple(self.read(response)), state

    def unanswered(self, failure: Any) -> tuple[str, FetchState | None]:
        """Why a page was not had, and what to remember of it: nothing where this run may make no more requests."""
        error = failure.value
        if isinstance(error, BudgetSpent):
            self.spent = str(error)
            return self.spent, None
        said = failure_problem(error, failure.request.url)
        return said, FetchState(fingerprint="refused") if isinstance(error, (NotAllowed, BlockedAddress)) else UNREAD

    def read(self, response: Response) -> list[ParsedNote | Refusal]:
        """The notes of one page; a refusal where there is none. A copy on a host that the settings except may name its origin."""
        if not isinstance(response, TextResponse):
            return [Refusal(f"{response.url}：不是网页（可能是图片、视频或文件），没有存。")]
        if response.body.count(b"<") > MOST_MARKS:
            return [Refusal(f"{response.url}：页面的标记太多，不像文章，没有存。")]
        try:
            text = page_text(response.body, response.encoding)
            if text.lstrip()[:1] in ("{", "["):
                return list(parse_weibo(text, response.url))
            parts = urlsplit(response.url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            return [parse_page(text, response.url, saved=is_allowed(parts.hostname or "", port, self.settings["ZHONGCAO"]))]
        except Exception as error:  # one page never stops a source
            self.logger.exception("a parser failed on %s", response.url)
            return [Refusal(f"{response.url}：读取时出错（{type(error).__name__}），没有存。")]


def remembered(response: Response) -> FetchState:
    """What a conditional request needs to know of this answer."""
    return FetchState(header(response, "ETag"), header(response, "Last-Modified"), hashlib.sha256(response.body).hexdigest()[:32])


def page_key(url: str) -> str:
    """The name under which a page is remembered, "" for an address that cannot be asked for."""
    return canonical(url)
