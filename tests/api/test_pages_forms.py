"""What editors change by the forms of the pages, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.errors import NotFound
from recommender.library.model import Rights
from tests.api.building import TEXTS, House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import complaints, read

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose index finds nothing alike."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path))
    yield house
    house.client.__exit__(None, None, None)


def post(house: House, path: str, **form: str) -> str:
    answer = house.client.post(path, data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def refusal(house: House, path: str, status: int = 422, **form: str) -> str:
    """The words of the page that says why a form was refused."""
    answer = house.client.post(path, data=form, follow_redirects=False)
    assert answer.status_code == status, answer.text[:2000]
    page = read(answer.text)
    assert complaints(page) == []
    return page.words()


def test_an_editors_correction_is_kept_and_only_what_differs_is_recorded(desk: House) -> None:
    before = desk.library.contents.get("xhs-a1").understanding
    address = post(desk, "/contents/xhs-a1/correct", content_type="service", category=before.category or "", brands="青屿，Cotton Days")
    assert address == "/contents/xhs-a1?done=saved"
    after = desk.library.contents.get("xhs-a1")
    assert after.understanding.content_type == "service" and after.understanding.brands == ("青屿", "Cotton Days")
    assert set(after.corrected) == {"content_type", "brands"}
    page = read(desk.client.get(address).text)
    assert "已保存。" in page.words() and "编辑已更正：" in page.words()


def test_a_correction_outside_the_vocabulary_is_refused(desk: House) -> None:
    assert "没有「火箭」这个品类" in refusal(desk, "/contents/xhs-a1/correct", category="火箭")
    assert "content_type" in refusal(desk, "/contents/xhs-a1/correct", content_type="advert")
    refusal(desk, "/contents/none/correct", 404, category="美妆护肤")
    assert desk.library.contents.get("xhs-a1").corrected == ()


def test_rights_are_one_click_with_a_reason(desk: House) -> None:
    assert "依据" in refusal(desk, "/contents/xhs-a2/rights", rights="authorised")
    refusal(desk, "/contents/xhs-a2/rights", rights="taken_down", reason="x")
    post(desk, "/contents/xhs-a2/rights", rights="authorised", reason="品牌方 7 月授权书")
    assert desk.library.contents.get("xhs-a2").rights is Rights.AUTHORISED
    assert "品牌方 7 月授权书" in desk.library.contents.corrections()[0].editor
    assert "可以直接发给客户" in read(desk.client.get("/contents/xhs-a2").text).words()


def test_a_take_down_needs_a_reason_and_is_final(desk: House) -> None:
    assert "原因" in refusal(desk, "/contents/xhs-a2/take-down")
    assert post(desk, "/contents/xhs-a2/take-down", reason="原作者要求") == "/?done=taken_down"
    with pytest.raises(NotFound):
        desk.library.contents.get("xhs-a2")
    assert desk.client.get("/contents/xhs-a2").status_code == 404


def test_segments_are_added_and_deleted_once_no_subscription_needs_them(desk: House) -> None:
    post(desk, "/segments", name="新手妈妈", description="宝宝一岁以内", tags=" 母婴，辅食, 会员 卡", interests="绘本", tier="VIP")
    [segment] = desk.library.segments.all()
    assert (segment.name, segment.tags, segment.interests, segment.tier) == ("新手妈妈", ("母婴", "辅食", "会员 卡"), ("绘本",), "VIP")
    assert "name" in refusal(desk, "/segments", description="没有名称")
    post(desk, "/subscriptions", name="只靠人群", segment_id=segment.id)
    assert "只靠人群" in refusal(desk, f"/segments/{segment.id}/delete", 409)
    assert len(desk.library.subscriptions.all()) == len(desk.library.segments.all()) == 1
    post(desk, f"/subscriptions/{desk.library.subscriptions.all()[0].id}/delete")
    post(desk, f"/segments/{segment.id}/delete")
    assert desk.library.segments.all() == []


def test_subscriptions_are_added_and_deleted(desk: House) -> None:
    robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret"
    post(desk, "/subscriptions", name="护肤早报", query="面霜", channel="moments", hour="9", limit="5", robot_url=robot)
    [subscription] = desk.library.subscriptions.all()
    assert (subscription.channel, subscription.hour, subscription.limit, subscription.robot_url) == ("moments", 9, 5, robot)
    assert "至少给一个" in refusal(desk, "/subscriptions", name="什么都没有")
    assert "hour" in refusal(desk, "/subscriptions", name="太晚", query="面霜", hour="24")
    refusal(desk, "/subscriptions", 404, name="没有的人群", segment_id="none")
    assert "robot_url" in refusal(desk, "/subscriptions", name="坏地址", query="面霜", robot_url="javascript:alert(1)")
    post(desk, f"/subscriptions/{subscription.id}/delete")
    assert desk.library.subscriptions.all() == []


def test_a_pasted_note_goes_in_cleaned_and_masked(desk: House) -> None:
    url = "https://www.xiaohongshu.com/explore/64f1c0de0000000012000002?xsec_token=abc"
    address = post(desk, "/contents", title="空气炸锅", text="腌半小时，找我 13800001111", url=url, creator="柚子", rights="owned")
    assert address.startswith("/contents/xhs-64f1c0de0000000012000002")
    item = desk.library.contents.get("xhs-64f1c0de0000000012000002")
    assert "13800001111" not in item.original_text and item.rights is Rights.OWNED and item.diversion == ("手机",)
    assert "13800001111" not in desk.client.get(address).text
    assert post(desk, "/contents", title="空气炸锅", text="腌半小时，找我 13800001111", url=url) == address.replace(
        "done=added", "done=known"
    )
    assert "text" in refusal(desk, "/contents", title="只有标题")
    assert "url" in refusal(desk, "/contents", text="正文", url="javascript:alert(1)")


def test_the_sample_goes_with_one_click(desk: House) -> None:
    assert read(desk.client.get("/").text).all("form", action="/sample/delete")
    assert post(desk, "/sample/delete") == "/?done=sample"
    assert desk.library.contents.count() == len(TEXTS) - 1
    page = read(desk.client.get("/?done=sample").text)
    assert page.all("form", action="/sample/delete") == [] and "示例内容已全部清除。" in page.words()
    assert "undefined" not in read(desk.client.get("/?done=nothing-known").text).words()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_a_post_from_another_site_is_refused(desk: House, headers: dict[str, str]) -> None:
    assert desk.client.post("/sample/delete", headers=headers).status_code == 403
    assert desk.library.contents.count() == len(TEXTS)
    ours = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert desk.client.post("/sample/delete", headers=ours, follow_redirects=False).status_code == 303


def test_a_redirect_never_leaves_the_site(desk: House) -> None:
    post(desk, "/segments", name="新手妈妈")
    [segment] = desk.library.segments.all()
    for place in ("https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "/\t/evil.example", "http:evil"):
        address = post(desk, "/match/sent", segment=segment.id, content="xhs-a1", channel="group", next=place)
        assert address.startswith("/") and not address.startswith(("//", "/\\", "/\t")), place


@pytest.mark.parametrize(
    "body", [b"", b"\x00=\xff", b"name=" + b"a" * 1_500_000, b"name=%00", b"a=1&" * 5000, "name=名".encode("gb18030"), b"name=%ED%A0%80"]
)
def test_odd_forms_are_refused_in_one_sentence(desk: House, body: bytes) -> None:
    for path in ("/segments", "/subscriptions", "/sources", "/contents", "/watch-lists", "/contents/xhs-a1/correct", "/match/sent"):
        answer = desk.client.post(path, content=body, headers=FORM, follow_redirects=False)
        assert answer.status_code < 500 and "Traceback" not in answer.text, (path, answer.text)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert desk.client.post("/segments", content=b"--x\r\nnonsense", headers=broken).status_code == 422
    upload = desk.client.post("/segments", files={"name": ("name.txt", b"file")})
    assert upload.status_code == 422


def test_pages_need_the_keys_scope_where_keys_are_needed(locked: House) -> None:
    assert locked.client.get("/").status_code == 401
    assert locked.client.get("/", headers=locked.key("read")).status_code == 200
    assert locked.client.post("/segments", data={"name": "x"}, headers=locked.key("read")).status_code == 403
    for path in ("/sample/delete", "/contents/xhs-a1/take-down"):
        assert locked.client.post(path, data={"reason": "x"}, headers=locked.key("write")).status_code == 403
    assert locked.library.contents.count() == len(TEXTS)
