"""Where the real data lies that some tests read; none of it is part of the project."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"real data is not at {DATA}")
