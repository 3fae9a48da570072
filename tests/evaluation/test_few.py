"""Learning a category from few texts: both systems are judged on texts they have not seen."""

import gzip
from pathlib import Path

import pytest

from recommender.errors import InputError
from recommender.evaluation import few

WORDS = {"水果": ["苹果很甜", "香蕉熟了", "葡萄新鲜"], "手机": ["屏幕清楚", "电池耐用", "信号不好"]}


def labelled(path: Path) -> Path:
    rows = [f"{name},1,{text}第{number}次买" for name, texts in WORDS.items() for number in range(20) for text in texts]
    file = path / "reviews.csv.gz"
    file.write_bytes(gzip.compress(("cat,label,review\n" + "\n".join(rows)).encode()))
    return file


def test_clear_categories_are_learnt(tmp_path: Path) -> None:
    result = few.evaluate(labelled(tmp_path), [10, 500])
    assert result["counts"] == {"texts": 120, "classes": 2}
    assert result["systems"]["product"]["accuracy_10"] > 0.95
    assert "accuracy_500" in few.table(result)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", ""])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match="标签列"):
        few.evaluate(file, [10])


def test_a_size_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 到"):
        few.evaluate(labelled(tmp_path), [0])
