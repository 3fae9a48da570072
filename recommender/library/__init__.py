"""What content is and where it is kept: the model, the tables and one repository per noun. The only SQL of the project."""

from recommender.library.access import AnswerRepository, FactRepository, KeyRepository
from recommender.library.alerts import AlertRepository
from recommender.library.comments import CommentRepository
from recommender.library.contents import ContentRepository
from recommender.library.creators import CreatorRepository
from recommender.library.mappings import MappingRepository
from recommender.library.migrate import migrate
from recommender.library.people import SegmentRepository
from recommender.library.sending import DigestRepository, EventRepository, LedgerRepository, SubscriptionRepository
from recommender.library.signatures import SignatureRepository
from recommender.library.sourcing import FetchRepository, JobRepository, SourceRepository
from recommender.library.store import Store, open_store
from recommender.library.watching import WatchListRepository

__all__ = ["Library", "open_library"]


class Library:
    """All repositories over one database. Safe to use from several threads and processes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.contents = ContentRepository(store)
        self.creators = CreatorRepository(store)
        self.segments = SegmentRepository(store)
        self.sources = SourceRepository(store)
        self.watch_lists = WatchListRepository(store)
        self.fetches = FetchRepository(store)
        self.jobs = JobRepository(store)
        self.alerts = AlertRepository(store)
        self.mappings = MappingRepository(store)
        self.comments = CommentRepository(store)
        self.signatures = SignatureRepository(store)
        self.events = EventRepository(store)
        self.subscriptions = SubscriptionRepository(store)
        self.digests = DigestRepository(store)
        self.ledger = LedgerRepository(store)
        self.keys = KeyRepository(store)
        self.idempotency = AnswerRepository(store)
        self.versions = FactRepository(store)

    def close(self) -> None:
        """Close all connections."""
        self.store.engine.dispose()


def open_library(url: str) -> Library:
    """Open the library at an SQLAlchemy `url`, making and migrating the database where needed."""
    store = open_store(url)
    migrate(store)
    return Library(store)
