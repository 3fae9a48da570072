import json
from pathlib import Path

import pytest

from recommender.errors import InputError
from recommender.evaluation import compliance, types

NOTES = [
    ("1", "羊绒衫清洗攻略", "1. 先翻面\n2. 冷水\n3. 平铺晾干，建议每季洗一次", "service", "服饰穿搭", []),
    ("2", "巷口拉面必吃", "汤底浓郁，叉烧入味，强烈推荐，人均八十！", "seeding", "食品美食", []),
    ("3", "今天下雪了", "忽然很想家，和朋友在雪里走了很久，好开心。", "persona", "情感生活", []),
    ("4", "蒂芙尼新款对戒", "铂金素圈，太美了，快来试戴", "seeding", "珠宝配饰", ["Tiffany"]),
]


def folder(path: Path) -> Path:
    notes = [{"id": name, "title": title, "text": text} for name, title, text, *_ in NOTES]
    labels = [{"id": name, "content_type": kind, "category": category, "brands": brands} for name, _, _, kind, category, brands in NOTES]
    for file, rows in (("notes", notes), ("labels", labels)):
        (path / f"{file}.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def test_plain_notes_are_all_told(tmp_path: Path) -> None:
    result = types.evaluate(folder(tmp_path))
    assert result["counts"] == {"notes": 4, "cross_validated": 0}
    product = result["systems"]["product"]
    assert product["content_type_macro_f1"] == product["category_accuracy"] == product["brand_precision"] == product["brand_recall"] == 1
    assert product["abstained"] == 0
    assert "content_type_macro_f1" in types.table(result)
    json.dumps(result)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("labels", "{", "第 1 行不是 JSON"),
        ("labels", '{"id": "1"}', "缺少 content_type"),
        ("labels", '{"id": "9", "content_type": "service", "category": "宠物", "brands": []}', "不在 notes.jsonl"),
        ("labels", '{"id": "1", "content_type": "x", "category": "宠物", "brands": []}', "三种类型"),
        ("notes", "[]", "缺少 id"),
    ],
)
def test_what_is_not_of_the_format_is_refused_in_words(tmp_path: Path, file: str, text: str, says: str) -> None:
    folder(tmp_path)
    (tmp_path / f"{file}.jsonl").write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        types.evaluate(tmp_path)


def test_names_of_one_brand_are_the_same() -> None:
    assert types.same_name("蒂芙尼") == types.same_name("TIFFANY & CO.") == types.same_name("tiffany")
    assert types.same_name("Old Mill") == types.same_name("old-mill") != types.same_name("New Mill")


def test_compliance_counts_levels_and_spans(tmp_path: Path) -> None:
    file = tmp_path / "sentences.jsonl"
    rows = [
        {
            "id": "1",
            "text": "全网最低价",
            "category": "通用",
            "has_purchase_link": False,
            "level": "block",
            "findings": [{"term": "全网最低价"}],
        },
        {"id": "2", "text": "最近很忙", "category": "通用", "has_purchase_link": False, "level": "ok", "findings": []},
        {
            "id": "3",
            "text": "普通的一句话",
            "category": "通用",
            "has_purchase_link": False,
            "level": "warn",
            "findings": [{"term": "普通"}],
        },
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    result = compliance.evaluate(file)
    product = result["systems"]["product"]
    assert (product["block_precision"], product["block_recall"], product["flag_recall"]) == (1, 1, 0.5)
    assert product["ok_false_alarm_rate"] == 0
    assert product["span_overlap"] == 0.5
    assert "3：应为 warn" in compliance.table(result)
    with pytest.raises(InputError, match="第 1 行"):
        file.write_text('{"id": 1, "text": "x", "level": "bad"}', "utf-8")
        compliance.evaluate(file)
