import json

import numpy as np
import pytest

from recommender.library.model import ContentType
from recommender.understanding import load_understander
from recommender.understanding.content_type import MODEL, TYPES, input_names, read_model
from recommender.understanding.training import SAMPLE_WEIGHT, fit, inputs_of, numbers, read_by_id, read_labelled, read_sample
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


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        (
            "换了三把锅铲，留下这一把",
            "自费买的，净重一百八十克，柄是榉木的，握着不滑。刮锅底没声音，用了两个月没发黑。缺点是挂孔小，我家的钩子穿不进去。三十九元，值。",
            ContentType.SEEDING,
        ),
        (
            "被子晒后怎么收",
            "先拍两面，别趁热叠。等凉透再装袋，袋口留一指宽。羽绒的不要暴晒，选上午九点前。如果有潮味，用吹风机冷风吹五分钟，最后放樟木条。",
            ContentType.SERVICE,
        ),
        (
            "关门前来的那个人",
            "老大爷站在门口说：“就看看。”他看了很久，问我什么时候下班。后来他说，老伴以前也爱站在这儿。我没说话，把灯又开亮了一点。",
            ContentType.PERSONA,
        ),
    ],
)
def test_longer_posts_are_told_by_what_they_dwell_on(title: str, text: str, kind: ContentType) -> None:
    assert load_understander().understand_text(title, text).content_type is kind


def test_hashtags_and_emoji_do_not_change_the_type_of_a_post_with_a_body() -> None:
    title, text = "羊绒衫清洗攻略", "1. 先翻面\n2. 冷水加专用洗涤剂\n3. 不要拧，平铺晾干\n建议每季只洗一次，注意避开暖气。"
    plain = load_understander().understand_text(title, text)
    decorated = load_understander().understand_text(title, text + "✨✨🌿 #今日份 #周末 #随手 #生活 #灵感 #一天 #小事 #日子 #碎片")
    assert plain.content_type is decorated.content_type is ContentType.SERVICE
    assert abs(plain.type_confidence - decorated.type_confidence) < 0.1


def test_sample_notes_of_every_type_are_told() -> None:
    sample = read_sample()
    given = [load_understander().understand_text(note.title, note.text, note.tags).content_type for note in sample]
    for kind in TYPES:
        answers = [answer for answer, note in zip(given, sample, strict=True) if note.content_type == kind]
        assert answers.count(kind) / len(answers) > 0.75


def test_the_reason_names_words_of_the_post() -> None:
    reason = load_understander().understand_text("羊绒衫清洗攻略", "1. 先翻面\n2. 冷水\n建议每季洗一次").type_reason
    assert "攻略" in reason or "清洗" in reason


def test_the_stored_model_weighs_every_input_and_nothing_else() -> None:
    stored = json.loads(MODEL.read_text("utf-8"))
    assert list(stored["inputs"]) == list(input_names())
    assert stored["types"] == [str(kind) for kind in TYPES]


@needs_data
def test_the_stored_model_is_what_training_gives() -> None:
    labelled, sample = [*read_labelled(DATA / "gold" / "types"), *read_by_id(DATA / "xhs")], read_sample()
    notes = [*labelled, *sample]
    weights = np.concatenate([np.ones(len(labelled)), np.full(len(sample), SAMPLE_WEIGHT)])
    fresh, stored = fit(inputs_of(notes), numbers(notes), weights), read_model()
    assert np.allclose(fresh.weights, stored.weights, atol=0.01), "python -m recommender.understanding.training ../shared/data"
