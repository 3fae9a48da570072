import json
from pathlib import Path

import numpy as np
import pytest

from recommender.library.model import ContentType
from recommender.understanding import load_understander
from recommender.understanding.content_type import MODEL, TYPES, input_names, read_model
from recommender.understanding.training import SAMPLE_WEIGHT, fit, inputs_of, numbers, read_labelled, read_sample
from tests.data import DATA, needs_data


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("下班路上", "今天加班到九点，风很大，耳机里放着老歌，忽然觉得日子也挺好的。", ContentType.PERSONA),
        ("祝大家新年快乐", "愿我们都平安喜乐，感谢这一年的陪伴。", ContentType.PERSONA),
        ("这条项链真的太美了", "新款锁骨链，满钻，灯光下爆闪，喜欢的快来试戴，闭眼入！", ContentType.SEEDING),
        ("巷口新开的拉面店，必吃", "汤底浓郁，叉烧入味，人均八十，排队也值得，强烈推荐！", ContentType.SEEDING),
        ("羊绒衫清洗攻略", "1. 先翻面\n2. 冷水加专用洗涤剂\n3. 不要拧，平铺晾干\n建议每季只洗一次，注意避开暖气。", ContentType.SERVICE),
        ("会员日提醒", "活动时间：11月8日-11月10日，双倍积分，请提前预约，截止后不补。", ContentType.SERVICE),
    ],
)
def test_plain_cases_are_told_with_a_reason(title: str, text: str, kind: ContentType) -> None:
    understood = load_understander().understand_text(title, text)
    assert understood.content_type is kind
    assert 0.36 <= understood.type_confidence <= 1
    assert understood.type_reason.startswith("因为：")


def test_the_reason_names_words_of_the_post() -> None:
    reason = load_understander().understand_text("羊绒衫清洗攻略", "1. 先翻面\n2. 冷水\n建议每季洗一次").type_reason
    assert "攻略" in reason or "清洗" in reason


def test_the_stored_model_weighs_every_input_and_nothing_else() -> None:
    stored = json.loads(MODEL.read_text("utf-8"))
    assert list(stored["inputs"]) == list(input_names())
    assert stored["types"] == [str(kind) for kind in TYPES]


@needs_data
def test_the_stored_model_is_what_training_gives() -> None:
    folder: Path = DATA / "gold" / "types"
    labelled, sample = read_labelled(folder), read_sample()
    notes = [*labelled, *sample]
    weights = np.concatenate([np.ones(len(labelled)), np.full(len(sample), SAMPLE_WEIGHT)])
    fresh, stored = fit(inputs_of(notes), numbers(notes), weights), read_model()
    assert np.allclose(fresh.weights, stored.weights, atol=0.01), "python -m recommender.understanding.training ../shared/data/gold/types"
