import pytest

from recommender.understanding.shops import find_shops


@pytest.mark.parametrize(
    ("title", "body", "shops"),
    [
        ("周五晚饭", "店名：青石小灶\n推荐：酸汤鱼", ["青石小灶"]),
        ("达拉斯美食｜Willow Noodle House", "汤头很鲜", ["Willow Noodle House"]),
        ("新开的甜品", "📍Juniper Bakery, 120 Oak St", ["Juniper Bakery"]),
        ("周末吃什么", "Old Mill Kitchen 1450 Maple Ave, Plano", ["Old Mill Kitchen"]),
        ("周末 brunch", "达拉斯 Dallas 的 brunch 越来越多", []),
        ("Happy Hour in Dallas", "喝一杯", []),
        ("今天吃什么", "这家餐厅的鱼很好", []),
        ("拌面", "柳巷面馆的葱油拌面", ["柳巷面馆"]),
    ],
)
def test_names_are_read_from_the_forms_posts_use(title: str, body: str, shops: list[str]) -> None:
    assert find_shops(title, body, (), "食品美食") == shops


def test_titles_of_other_trades_name_no_shop() -> None:
    assert find_shops("Hollywood Sign", "我在 Griffith Park", (), "旅行出行") == []
