"""The daily digest: what a subscription gets, made once a day, rendered for every reader, delivered once."""

from recommender.digest.days import day_of, due, overdue
from recommender.digest.delivering import deliver_digest
from recommender.digest.making import make_digest, preview
from recommender.digest.rendering import digest_html_csp, html_body, render_digest

__all__ = ["day_of", "deliver_digest", "digest_html_csp", "due", "html_body", "make_digest", "overdue", "preview", "render_digest"]
