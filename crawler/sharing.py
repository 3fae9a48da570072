"""One crawl shared by several processes or machines through Redis: one queue, one duplicate filter, and leases so that none is lost.

Imported only where `ZHONGCAO_REDIS_URL` is set. The address is the operator's own setting, so the outbound guard, which
protects from addresses that pages and users name, does not judge it. Requests travel pickled, as scrapy-redis does it: the
Redis must be as trusted as the machines that share it.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from redis.exceptions import RedisError
from scrapy import Request
from scrapy_redis.connection import get_redis
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import PriorityQueue
from scrapy_redis.scheduler import Scheduler

from recommender.errors import FetchFailed

LOOK_SECONDS = 0.5
KEPT_SECONDS = 86_400  # what a crawl leaves behind when all its processes die
LOST = "和 Redis 的连接断了，这次没有抓完；请检查 ZHONGCAO_REDIS_URL 指的服务，下次接着抓。"

_NOW = "local t = redis.call('TIME') local now = tonumber(t[1]) + tonumber(t[2]) / 1000000 "
_TAKE = (  # what no living process holds any more goes back into the queue; then the first is taken under a lease
    _NOW
    + """
for _, item in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], item) redis.call('ZADD', KEYS[1], 0, item)
end
local item = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if item then redis.call('ZREM', KEYS[1], item) redis.call('ZADD', KEYS[2], now + ARGV[1], item) end
return item"""
)
_RENEW = _NOW + "for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[1], ARGV[i]) end"
_CLEAN = "if redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2]) == 0 then redis.call('DEL', unpack(KEYS)) end"
_TURN = (  # the next turn at a host is mine: how long until then
    _NOW
    + """
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.6f', turn + ARGV[1]), 'EX', 600)
return string.format('%.6f', turn - now)"""
)


def check_redis(url: str) -> None:
    """Raises `FetchFailed` where Redis cannot be reached."""
    try:
        with _client(url) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        raise FetchFailed(f"连不上 ZHONGCAO_REDIS_URL 指的 Redis（{type(error).__name__}），请检查地址和服务，或去掉这项设置。") from None


def _client(url: str) -> Any:
    return get_redis(url=url, socket_timeout=10, socket_connect_timeout=10)


class LeasedQueue(PriorityQueue):  # type: ignore[misc]
    """scrapy-redis's queue, in the order of asking; what is taken from it stays known until it is settled or its lease ends."""

    def __init__(self, server: Any, spider: Any, key: str, lease_seconds: float) -> None:
        super().__init__(server, spider, key)
        self.held_key, self.count_key = f"{key}:held", f"{key}:count"
        self._lease_seconds = lease_seconds
        self._scripts = {text: server.register_script(text) for text in (_TAKE, _RENEW)}
        self.here: dict[Request, bytes] = {}  # what this process holds

    def push(self, request: Request) -> None:
        """Source: scrapy-redis, whose queue has no order among equal priorities."""
        place = self.server.incr(self.count_key) - request.priority * 1_000_000_000
        self.server.zadd(self.key, {self._encode_request(request): place})
        for key in (self.key, self.held_key, self.count_key):
            self.server.expire(key, KEPT_SECONDS)

    def pop(self, timeout: float = 0) -> Request | None:
        """Source: scrapy-redis."""
        data = self._scripts[_TAKE](keys=[self.key, self.held_key], args=[self._lease_seconds])
        if not data:
            return None
        request: Request = self._decode_request(data)
        self.here[request] = data
        return request

    def waits(self) -> bool:
        """Whether anything is in the queue, or held by another process, which may die of it."""
        return bool(self.server.zcard(self.key)) or int(self.server.zcard(self.held_key)) > len(self.here)

    def renew(self) -> None:
        """This process lives, and so do its leases."""
        if self.here:
            self._scripts[_RENEW](keys=[self.held_key], args=[self._lease_seconds, *self.here.values()])

    def settle(self, requests: list[Request]) -> None:
        """These are done, and what came of them is stored."""
        done = [self.here.pop(request) for request in requests]
        if done:
            self.server.zrem(self.held_key, *done)


class SharedScheduler(Scheduler):  # type: ignore[misc]
    """scrapy-redis's scheduler for Scrapy 2.19, by source instead of by spider's name, on the leased queue.

    `settle` is called by the pipeline whenever it has stored what it had; a request is settled then if all that its callback
    yielded went through the pipeline before. The keys of a crawl are removed when the last of its processes has done its last.
    """

    def __init__(self, crawler: Any, server: Any) -> None:
        super().__init__(server=server, persist=True)
        self._crawler = crawler
        self._lease_seconds = crawler.settings.getfloat("LEASE_SECONDS")
        self._turn = server.register_script(_TURN)
        self._work: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> SharedScheduler:
        """Raises `FetchFailed` where Redis cannot be reached. Source: Scrapy."""
        server = get_redis(url=crawler.settings["REDIS_URL"], socket_timeout=10, socket_connect_timeout=10)
        try:
            server.ping()
        except (RedisError, ValueError) as error:
            raise FetchFailed(
                f"连不上 ZHONGCAO_REDIS_URL 指的 Redis（{type(error).__name__}），请检查地址和服务，或去掉这项设置。"
            ) from None
        return cls(crawler, server)

    def open(self, spider: Any) -> None:
        """Source: Scrapy."""
        self.spider = spider
        name = f"zhongcao:crawl:{spider.source.id}"
        self.queue = LeasedQueue(self.server, spider, name, self._lease_seconds)
        self.df = RFPDupeFilter(self.server, f"{name}:seen")
        self._clean()
        self._work = asyncio.ensure_future(self._live())

    def close(self, reason: str) -> None:
        """Source: Scrapy."""
        if self._work:
            self._work.cancel()
        try:
            self._clean()
            self.server.close()
        except RedisError:
            self.spider.problem = self.spider.problem or LOST

    def enqueue_request(self, request: Request) -> bool:
        """Once for all processes; what goes on with a request that is under way (redirect, retry, rest) comes back. Source: Scrapy."""
        try:
            goes_on = any(request.meta.get(name) for name in ("redirect_times", "retry_times", "rested"))
            if not goes_on and self.df.request_seen(request):
                if request.url == self.spider.source.url:
                    self.spider.unchanged = True
                    self.spider.left_out = ("另一个进程已经在抓这个来源，这边帮着抓。",)
                return False
            self.server.expire(self.df.key, KEPT_SECONDS)
            self.queue.push(request)
            return True
        except RedisError:
            self.spider.problem = LOST
            return False

    def next_request(self) -> Request | None:
        """Source: Scrapy."""
        try:
            return self.queue.pop() if self._goes_on() else None
        except RedisError:
            self.spider.problem = LOST
            return None

    def has_pending_requests(self) -> bool:
        """Source: Scrapy."""
        try:
            return self._goes_on() and self.queue.waits()
        except RedisError:
            self.spider.problem = LOST
            return False

    def settle(self) -> None:
        """All that went through the pipeline so far is stored."""
        busy = self._crawler.engine._slot.inprogress
        self.queue.settle([request for request in self.queue.here if request not in busy])

    async def wait_turn(self, host: str, pause_seconds: float) -> None:
        """The pace of a host holds over all processes."""
        if pause_seconds > 0:
            await asyncio.sleep(float(self._turn(keys=[f"zhongcao:turn:{host}"], args=[pause_seconds * random.uniform(1.0, 1.2)])))

    def _goes_on(self) -> bool:
        """A process that has spent its budget leaves the rest to the others."""
        return not self.spider.spent and self.spider.problem != LOST

    def _clean(self) -> None:
        keys = [self.queue.key, self.queue.held_key, self.queue.count_key, self.df.key]
        self.server.eval(_CLEAN, len(keys), *keys)

    async def _live(self) -> None:
        """Look for what the others have put into the queue, and renew what this process holds."""
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if slot := self._crawler.engine._slot:
                slot.nextcall.schedule()
            if time.monotonic() - renewed > self._lease_seconds / 3:
                renewed = time.monotonic()
                try:
                    self.queue.renew()
                except RedisError:
                    self.spider.problem = LOST
