"""What a content is: type, category, brands, keywords, quality and compliance, in one pass."""

from recommender.understanding.understander import Understander, load_understander, understand

__all__ = ["Understander", "load_understander", "understand"]
