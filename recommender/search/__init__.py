"""Search over the library: words and meaning behind one `open_index(url, …)`, published aside and swapped in whole."""

from recommender.search.index import Index, open_index
from recommender.search.model import Chip, Hit, IndexStatus, SearchResult
from recommender.search.publishing import publish

__all__ = ["Chip", "Hit", "Index", "IndexStatus", "SearchResult", "open_index", "publish"]
