"""The Scrapy project, parsers and importers that fill the library."""
