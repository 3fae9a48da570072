"""The spiders: one reads feeds, the other single public pages. Each run reads one source."""
