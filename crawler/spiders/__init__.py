"""The spiders, one for each kind of source: feeds, sitemaps, single public pages. Each run reads one source."""
