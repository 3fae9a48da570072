"""The simulator: learning is worth its while where there is something to learn, and no loss where there is nothing."""

from __future__ import annotations

from recommender.evaluation.learn import WORLDS, evaluate, table


def test_learning_beats_popularity_and_is_no_loss_without_a_signal() -> None:
    worlds = tuple(world for world in WORLDS if world.name in ("base", "no_topic_signal", "nothing_to_learn", "poisoned"))
    result = evaluate(worlds, seeds=(7,))
    found = result["systems"]["product"]
    assert found["base"]["ratio_to_uniform"] >= 2.8 and found["base"]["ratio_to_popularity"] >= 1.4
    assert found["base"]["regret"] <= 0.40 and found["poisoned"]["ratio_to_popularity"] >= 1.4
    assert all(row["ratio_to_popularity"] >= 0.995 for row in found.values())
    assert evaluate(worlds[:1], seeds=(7,), days=5) == evaluate(worlds[:1], seeds=(7,), days=5)
    assert all(world.name in table(result) for world in worlds)
