"""The fitted embedder: deterministic, of length one, saved and loaded as it was."""

from pathlib import Path

import numpy as np
import pytest

from recommender.text.embedder import fit_embedder, load_embedder
from recommender.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
TEXTS = [
    "夏天防晒霜测评，这支防晒不油腻",
    "敏感肌防晒怎么选，物理防晒更温和",
    "防晒喷雾和防晒霜的区别",
    "婴儿辅食第一口吃什么，高铁米粉",
    "六个月宝宝辅食食谱，米粉和果泥",
    "宝宝辅食工具清单，研磨碗",
    "小户型客厅收纳，沙发旁边的边柜",
    "厨房收纳神器，调料架和抽屉",
]


def test_same_texts_same_embedder_and_vectors() -> None:
    first, second = (fit_embedder(TEXTS, size=4, tokenizer=TOKENIZER) for _ in range(2))
    assert first.version == second.version
    assert np.array_equal(first.embed(TEXTS), second.embed(TEXTS))
    assert fit_embedder(TEXTS[:-1], size=4, tokenizer=TOKENIZER).version != first.version
    assert fit_embedder(TEXTS, size=3, tokenizer=TOKENIZER).version != first.version


def test_vectors_are_of_length_one_and_alike_where_texts_are() -> None:
    embedder = fit_embedder(TEXTS, size=4, tokenizer=TOKENIZER)
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.size) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    sunscreen, food = embedder.embed(["防晒霜", "辅食"])
    assert (vectors[:3] @ sunscreen).min() > (vectors[3:6] @ sunscreen).max()
    assert (vectors[3:6] @ food).min() > (vectors[:3] @ food).max()


def test_traditional_and_simplified_are_one() -> None:
    embedder = fit_embedder(TEXTS, size=4, tokenizer=TOKENIZER)
    assert np.allclose(embedder.embed(["嬰兒輔食"]), embedder.embed(["婴儿辅食"]))


def test_unknown_text_is_zeros() -> None:
    embedder = fit_embedder(TEXTS, size=4, tokenizer=TOKENIZER)
    assert not embedder.embed(["qwxzv", "", "\ud800"]).any()


@pytest.mark.parametrize("texts", [[], [""], ["一样的文字"], ["一样的文字"] * 5])
def test_libraries_too_small_to_learn_from_still_embed(texts: list[str]) -> None:
    embedder = fit_embedder(texts, size=256, tokenizer=TOKENIZER)
    vectors = embedder.embed(["一样的文字", "别的"])
    assert vectors.shape == (2, embedder.size) and np.isfinite(vectors).all()


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    embedder = fit_embedder(TEXTS, size=4, tokenizer=Tokenizer(["云朵小屋"]))
    embedder.save(tmp_path / "models")
    loaded = load_embedder(tmp_path / "models")
    assert loaded.version == embedder.version
    assert loaded.tokenizer.user_words == ("云朵小屋",)
    assert np.array_equal(loaded.embed(TEXTS), embedder.embed(TEXTS))


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    fit_embedder(TEXTS, size=4, tokenizer=TOKENIZER).save(tmp_path)
    np.save(tmp_path / "weights.npy", np.ones(3, dtype=np.float32))
    with pytest.raises(ValueError, match="do not fit"):
        load_embedder(tmp_path)
