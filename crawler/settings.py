"""Scrapy settings: polite and boring. What a user may set comes from our own settings, laid over by `scrapy_settings`."""

from __future__ import annotations

from typing import Any

from recommender.settings import Settings

BOT_NAME = "zhongcao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "zhongcao"
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False
HTTPPROXY_ENABLED = False  # a proxy would connect for us, past the guard
TELNETCONSOLE_ENABLED = False

CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0.0  # the pace is kept by `PaceMiddleware`: by host over all sources of the process, not by source
AUTOTHROTTLE_ENABLED = False  # as is the slowing down
PACE_ADAPTS = True
RUN_SECONDS = 300.0  # of one source; what is left comes in its next run
LEASE_SECONDS = 60.0  # after which another process takes over what a dead one was fetching, where they share a crawl
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # 429 and 503 are rested upon by `PaceMiddleware`
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
REDIRECT_MAX_TIMES = 5
HTTPERROR_ALLOW_ALL = True  # the spiders turn every answer into words
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # newest pages first, as the spiders ask for them

DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "crawler.connections.BoundedHandler",
    "https": "crawler.connections.BoundedHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "crawler.middlewares.GuardMiddleware": 50,
    "crawler.middlewares.RobotsMiddleware": 100,
    "crawler.middlewares.PaceMiddleware": 950,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
}
ITEM_PIPELINES = {"crawler.pipelines.IntakePipeline": 100}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}
STATS_DUMP = False
LOG_LEVEL = "WARNING"
LOG_STDOUT = False


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """This module's settings with the user's laid over them; `ZHONGCAO` carries the whole of ours to middlewares and spiders."""
    values = {name: value for name, value in globals().items() if name.isupper()}
    if settings.redis_url:
        values |= {"SCHEDULER": "crawler.sharing.SharedScheduler", "REDIS_URL": settings.redis_url}
    return values | {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_USER_AGENT": settings.user_agent.split("/")[0].split()[0] if settings.user_agent.strip() else ROBOTSTXT_USER_AGENT,
        "PACE_SECONDS": settings.crawl_delay_seconds,
        "DOWNLOAD_TIMEOUT": settings.crawl_timeout_seconds,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "ZHONGCAO": settings,
    }
