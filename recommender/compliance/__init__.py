"""Compliance: rules as data and the one checker of texts."""

from recommender.compliance.checker import check_text, worst

__all__ = ["check_text", "worst"]
