"""Nearest neighbours are exact, whatever is allowed and however the shards lie."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.search.vectors import live_slots, load_vectors, write_shard


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4), share=st.floats(0, 1), limit=st.integers(1, 60)
)
def test_nearest_is_that_of_a_full_comparison(seed: int, sizes: list[int], share: float, limit: int) -> None:
    drawn = np.random.default_rng(seed)
    total = sum(sizes)
    vectors = drawn.normal(size=(total, 5)).astype(np.float32)
    names = [f"n{drawn.integers(0, total)}" for _ in range(total)]
    last = {name: slot for slot, name in enumerate(names)}
    dead = [slot for slot, name in enumerate(names) if last[name] != slot]
    with tempfile.TemporaryDirectory() as folder:
        start = 0
        for number, size in enumerate(sizes, 1):
            write_shard(Path(folder), number, start, names[start : start + size], vectors[start : start + size])
            start += size
        store = load_vectors(Path(folder), dead, 5)
        assert live_slots(Path(folder), dead) == last
    assert store.slots == last and len(store) == len(last)
    live = np.array(sorted(last.values()), dtype=np.int64)
    assert np.allclose(store.rows(live), vectors[live])
    asked = drawn.normal(size=5).astype(np.float32)
    allowed = live[drawn.random(len(live)) < share]
    for chosen, expected in ((None, live), (allowed, allowed)):
        slots, cosines = store.nearest(asked, limit, chosen)
        order = expected[np.argsort(-(vectors[expected] @ asked), kind="stable")][:limit]
        assert np.allclose(cosines, vectors[order] @ asked, atol=1e-5)
        assert set(slots.tolist()) <= set(expected.tolist()) and len(slots) == len(order)


def test_a_shard_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, 0, ["a", "b"], np.ones((1, 5), dtype=np.float32))
    with pytest.raises(ValueError, match="does not fit"):
        load_vectors(tmp_path, (), 5)
