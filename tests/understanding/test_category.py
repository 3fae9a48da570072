import pytest

from recommender.understanding import load_understander


@pytest.mark.parametrize(
    ("title", "text", "category"),
    [
        ("换季烂脸怎么救", "敏感肌只用洁面和面霜，先修复屏障", "美妆护肤"),
        ("小个子穿搭", "半身裙配短靴，显高", "服饰穿搭"),
        ("对戒选素圈还是满钻", "铂金和玫瑰金都试戴了", "珠宝配饰"),
        ("六个月宝宝辅食", "高铁米粉先加，娃很爱", "母婴亲子"),
        ("探店｜巷子里的拉面", "汤底浓，叉烧入味", "食品美食"),
        ("體檢報告出來了", "血脂偏高，醫生讓我少吃油炸", "保健养生"),
        ("扫地机器人和洗地机", "家里有地毯的看过来", "家居家电"),
        ("机械键盘换轴体", "键帽也换了", "数码科技"),
        ("第一次跑半马", "配速没崩，膝盖有点酸", "运动户外"),
        ("三天两夜海岛行程", "机票酒店都订好了", "旅行出行"),
        ("橘猫又拆家", "铲屎官的一天", "宠物"),
        ("演唱会前排", "唱到最后一首全场合唱", "文化娱乐"),
        ("秋招面试复盘", "简历改了八版，终于拿到 offer", "职场教育"),
        ("提车三个月油耗", "混动 SUV，高速和市区都记了", "汽车"),
        ("和男朋友分手以后", "一个人的周末也挺好", "情感生活"),
    ],
)
def test_each_category_is_told(title: str, text: str, category: str) -> None:
    assert load_understander().understand_text(title, text).category == category


def test_silence_is_abstained_from() -> None:
    understood = load_understander().understand_text("", "")
    assert understood.category is None
    assert understood.category_confidence == 0


def test_what_no_word_speaks_for_is_life_without_confidence() -> None:
    understood = load_understander().understand_text("嗯", "就这样吧")
    assert understood.category == "情感生活"
    assert understood.category_confidence < 0.5
