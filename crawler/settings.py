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
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
HTTPPROXY_ENABLED = False  # a proxy would connect for us, past the guard
TELNETCONSOLE_ENABLED = False
DEPTH_LIMIT = 1

CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_MAX_DELAY = 60.0
RETRY_TIMES = 1
REDIRECT_MAX_TIMES = 5
HTTPERROR_ALLOW_ALL = True  # the spiders turn every answer into words
CLOSESPIDER_TIMEOUT = 300

DOWNLOAD_HANDLERS: dict[str, Any] = {"data": None, "file": None, "ftp": None, "s3": None}
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "crawler.middlewares.GuardMiddleware": 50,
    "crawler.middlewares.RobotsMiddleware": 100,
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
    """This module's settings with the user's laid over them; `ZHONGCAO` carries the whole of ours to middlewares and pipelines."""
    values = {name: value for name, value in globals().items() if name.isupper()}
    return values | {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_USER_AGENT": settings.user_agent.split("/")[0].split()[0] if settings.user_agent.strip() else ROBOTSTXT_USER_AGENT,
        "DOWNLOAD_DELAY": settings.crawl_delay_seconds,
        "AUTOTHROTTLE_START_DELAY": settings.crawl_delay_seconds,
        "DOWNLOAD_TIMEOUT": settings.crawl_timeout_seconds,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "ZHONGCAO": settings,
    }
