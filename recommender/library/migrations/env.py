"""Alembic's entry: runs the migrations on the connection that `recommender.library.migrate` hands over."""

from alembic import context

import recommender.library.sourcing_tables
import recommender.library.tables  # noqa: F401 (both fill the metadata)
from recommender.library.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
