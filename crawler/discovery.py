"""From a page's address to the feeds and sitemaps of its site: each is fetched and read before it is offered."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from scrapy.exceptions import DownloadFailedError

from crawler.addresses import canonical
from crawler.health import answer_problem, failure_problem
from crawler.parsers.discovery import Candidate, find_sources
from crawler.parsers.feeds import parse_feed
from crawler.parsers.pages import page_text
from crawler.parsers.sitemaps import parse_sitemap, unpack
from crawler.robots import Rules, parse_robots
from recommender.errors import BlockedAddress, FetchFailed, InputError, NotAllowed, ZhongcaoError
from recommender.library.model import SourceKind
from recommender.outbound import client
from recommender.settings import Settings

MOST_REQUESTS = 12
MOST_SECONDS = 30.0
MOST_PAUSE_SECONDS = 0.5  # somebody waits, and the requests are few
MOST_REDIRECTS = 5


def discover(settings: Settings, url: str, *, backend: httpcore.NetworkBackend | None = None) -> list[Candidate]:
    """The feeds and sitemaps that can be read, best first; the address itself where it is one. Empty where the site has none.

    At most twelve requests in thirty seconds, robots.txt obeyed for each. Raises `InputError` for no web address, and
    `BlockedAddress`, `NotAllowed` or `FetchFailed` where the page cannot be had and nothing else was found.
    `backend` is the network under the guard (for tests).
    """
    if not canonical(url):
        raise InputError(f"应为 http 或 https 开头的完整网址，现在是 {url[:100]!r}。", field="url")
    with client(settings, backend=backend) as http:
        visit = Visit(http, settings)
        html, failure = "", None
        try:
            answer = visit.get(url)
            url = answer.url
            if itself := _readable(Candidate(url, SourceKind.FEED), answer) or _readable(Candidate(url, SourceKind.SITEMAP), answer):
                return [itself[0]]
            html = page_text(answer.body, answer.charset)
        except BlockedAddress:
            raise
        except ZhongcaoError as error:
            failure = error
        found = visit.check(_with_sitemaps(find_sources(html, url), visit.sitemaps(url)))
    if failure and not found:
        raise failure
    return found


def _with_sitemaps(candidates: tuple[Candidate, ...], sitemaps: Iterable[str]) -> list[Candidate]:
    """The sitemaps that robots.txt names go before the guessed place, after what the page itself says."""
    named = [Candidate(address, SourceKind.SITEMAP) for address in sitemaps]
    said = [candidate for candidate in candidates if not candidate.guessed]
    return [*said, *named[:3], *(candidate for candidate in candidates if candidate.guessed)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address gave, unpacked; `charset` is the server's label, "" where it gave none."""

    url: str
    body: bytes
    charset: str
    content_type: str


def _readable(candidate: Candidate, answer: Answer) -> tuple[Candidate, str] | None:
    """The candidate with its title, and what makes it the same as another; None where it cannot be read as what it should be."""
    if candidate.kind is SourceKind.SITEMAP:
        sitemap = parse_sitemap(answer.body, answer.url)
        if sitemap.problem or not (sitemap.pages or sitemap.sitemaps):
            return None
        return replace(candidate, url=answer.url, title=candidate.title or "网站地图", guessed=False), canonical(answer.url)
    feed = parse_feed(answer.body, answer.url, answer.content_type)
    if feed.problem or not feed.notes:
        return None
    mark = "\n".join(sorted(getattr(note, "url", "") or getattr(note, "title", "") for note in feed.notes))
    return replace(candidate, url=answer.url, title=feed.title or candidate.title, guessed=False), mark


@dataclass(slots=True)
class Visit:
    """One look at a site: the requests made so far, the rules of each host, and the time that is left."""

    http: httpx.Client
    settings: Settings
    requests: int = 0
    ends: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)
    rules: dict[str, Rules | FetchFailed] = field(default_factory=dict)

    def get(self, url: str) -> Answer:
        """One address, redirects followed, each hop asked for at its own robots.txt. Raises a `ZhongcaoError`."""
        for _ in range(MOST_REDIRECTS):
            self._permitted(url)
            status, answer, goes_to = self._fetch(url)
            if not 300 <= status < 400 or not goes_to:
                if problem := answer_problem(status, url):
                    raise FetchFailed(problem)
                return answer
            url = urljoin(url, goes_to)
            if not canonical(url):
                break
        raise FetchFailed(f"{url[:200]} 转向次数太多或没有去处，请换成最终的网址。")

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of this address's host names."""
        rules = self.rules.get(_site(url))
        return tuple(address for address in rules.sitemaps if canonical(address)) if isinstance(rules, Rules) else ()

    def check(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Those that can be read, once each. The usual places are not tried where the page named a feed that can be read."""
        found: dict[str, Candidate] = {}
        for candidate in candidates:
            if candidate.guessed and any(known.kind is candidate.kind for known in found.values()):
                continue
            try:
                read = _readable(candidate, self.get(candidate.url))
            except ZhongcaoError:
                continue
            if read:
                found.setdefault(read[1], read[0])
        return sorted(found.values(), key=lambda candidate: candidate.kind is SourceKind.SITEMAP)

    def _permitted(self, url: str) -> None:
        site = _site(url)
        if site not in self.rules:
            self.rules[site] = self._robots(f"{site}/robots.txt")
        rules = self.rules[site]
        if isinstance(rules, FetchFailed):
            raise rules
        agent = self.settings.user_agent.split("/")[0].split()[:1]
        if not rules.allows(url, agent[0] if agent else ""):
            raise NotAllowed(f"{urlsplit(url).netloc} 的 robots.txt 不允许抓取 {urlsplit(url).path or '/'}，已照办。")

    def _robots(self, url: str) -> Rules | FetchFailed:
        """RFC 9309: redirects followed, no such file allows all, a server error or no answer allows nothing."""
        try:
            for _ in range(MOST_REDIRECTS):
                status, answer, goes_to = self._fetch(url)
                if status >= 500 or status == 429:
                    return FetchFailed(f"{url[:200]} 返回 {status}，按规定视为不允许抓取。")
                if not (300 <= status < 400 and goes_to):
                    return parse_robots(answer.body if status < 300 else b"")
                url = urljoin(url, goes_to)
        except FetchFailed as error:
            return error
        return Rules()

    def _fetch(self, url: str) -> tuple[int, Answer, str]:
        """One request: status, answer, where it redirects to. Raises `BlockedAddress` and `FetchFailed`."""
        if self.requests >= MOST_REQUESTS or self._left() <= 0:
            raise FetchFailed("已经试过足够多的网址，没有再试。")
        if self.requests:
            time.sleep(max(0.0, min(self.settings.crawl_delay_seconds, MOST_PAUSE_SECONDS, self._left())))
        self.requests += 1
        headers = {"Accept-Encoding": "identity"}
        timeout = max(0.1, min(self.settings.crawl_timeout_seconds, self._left()))
        try:
            with self.http.stream("GET", url, headers=headers, timeout=timeout) as response:
                body = self._read(response)
                answer = Answer(url, body, response.charset_encoding or "", response.headers.get("Content-Type", ""))
                return response.status_code, answer, response.headers.get("Location", "")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise FetchFailed(_why_unanswered(error, url)) from None

    def _read(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        for part in response.iter_raw():
            size += len(part)
            if size > self.settings.max_page_bytes or self._left() <= 0:
                raise FetchFailed(f"{str(response.url)[:200]} 太大或太慢，没有读完。")
            parts.append(part)
        try:
            return unpack(b"".join(parts), self.settings.max_page_bytes)
        except ValueError as error:
            raise FetchFailed(f"{str(response.url)[:200]} {error}") from None

    def _left(self) -> float:
        return self.ends - time.monotonic()


def _why_unanswered(error: Exception, url: str) -> str:
    """The sentence that a crawl has for the same failure of its own client."""
    if isinstance(error, httpx.TimeoutException):
        return failure_problem(TimeoutError(), url)
    if isinstance(error, httpx.InvalidURL):
        return f"{url[:200]} 不是能打开的网址，请检查是否写对。"
    if isinstance(error, httpx.ConnectError) and "SSL" not in str(error):
        return str(error) if str(error).startswith("找不到主机") else f"{url[:200]} 连接不上，请检查网址和端口，或稍后再试。"
    return failure_problem(DownloadFailedError(str(error)), url)


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
