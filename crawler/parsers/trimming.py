"""Lines before and after an article that are not of it: share bars, credits, copyright notices, links to other articles. Pure."""

from __future__ import annotations

import re

_TIME = r"(?:20\d\d\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_AROUND = r"\W{0,16}"  # arrows, emoji, brackets and dashes around the words
_WHO = (
    r"(?:来\s*源|文章来源|本文来源|稿源|出处|作者|记者|发布(?:时间|日期|于)?|时间|日期|[浏览阅读点击]{2}(?:次数|量|数)?"
    r"|字号|字体|编辑|责任编辑|责编|最后更新)"
)
_DO = (
    r"(?:点击|点一点|轻点|请点|戳|猛戳|长按|识别|扫描|扫一扫|扫码|微信扫|微信搜|搜索|添加|加|关注|星标|设为星标|置顶|点亮|点个|点赞|点在看"
    r"|分享|转发|收藏|三连)"
)
_CREDIT = (
    r"(?:责任?编辑|责编|编辑|校对|审核|审校|监制|终审|初审|复审|值班编委|主编|排版|策划|统筹|设计|美编|视觉|图片?来源|图源|出品|本文来源"
    r"|文章来源|信息来源|来源|原标题|原文标题|关键词|文章关键词|标签|tags?)"
)
_BUTTON = (
    r"(?:阅读|推荐|点赞|赞|在看|收藏|喜欢|转发|分享|浏览|举报|投诉|纠错|关注|搜索|取消|确定|知道了|已收藏|打赏|赞赏|喜欢作者|写留言|留言"
    r"|回复|顶|踩)"
)


def _line(*forms: str) -> re.Pattern[str]:
    """A whole line in one of these forms. Every repetition in them is bounded, for the lines come from anywhere."""
    return re.compile(f"{_AROUND}(?:{'|'.join(forms)}){_AROUND}", re.IGNORECASE)


_HEAD = _line(
    rf"(?:{_WHO}\s*[:：]?\s*)?{_TIME}.{{0,60}}",
    r"(?:最后更新|发布时间|发布日期|发表于|更新时间)\s*[:：]?\s*.{4,40}",
    r"来\s*源(?:于)?\s*[:：].{0,40}",
    r"[（(]?(?:本文)?原(?:标题|题)(?:为)?\s*[:：《].{0,80}",
    r"(?:您?的?(?:当前|现在|所在)的?位置|您所在的位置)\s*(?:是|为)?\s*[:：].{0,80}",
    r"首页\s*(?:>|＞|»|/|\|).{0,60}",
    r"字[号体]\s*[:：]?\s*.{0,30}|[AT][+\-]?(?:\s*[AT]?\s*[+\-]?\s*){0,3}|[大中小\s\[\]【】]{3,12}",
    r"打印|收藏|分享|关注|评论|微博|微信|Qzone|QQ空间|图集|正文|导读|触屏版|听(?:新闻|文章)|原创|阅读\s*\d*|我已授权",
    r"分享(?:到|至)?\s*[:：]?.{0,20}|[\d/.:-]{1,10}|[×xX]",
    rf"{_DO}.{{0,12}}(?:上方|上面|左上|蓝字|标题下|名片|卡片|公众号|公号|我们|我|小编|账号|星标|在看|二维码).{{0,24}}",
    r"(?:蓝字|上方)?.{0,6}(?:关注我们|关注我|加关注|一键关注|快来关注|设为星标|关注[「“\"].{1,20}[」”\"])",
)
_TAIL = _line(
    rf"{_CREDIT}\s*[:：丨|/／>》]+.{{0,80}}",
    r"(?:本文)?(?:版权声明|免责声明|特别声明|郑重声明|转载声明|声明)\s*(?:[:：].{0,300}|】.{0,300})?",
    r".{0,80}(?:未经(?:授权|许可|允许|同意|书面)|转[载发]请(?:注明|联系|标注)|(?:严|谢绝)禁?转载|不得转载|侵权(?:请|必)?(?:联系)?(?:删除|必究)?"
    r"|版权归.{0,20}所有|版权所有|All Rights Reserved).{0,120}",
    r".{0,60}(?:仅代表(?:作者|该机构|本人)|不代表(?:本|该)?(?:平台|网|站|.{0,10}(?:观点|立场))|不构成.{0,8}(?:投资)?建议).{0,120}",
    r"[（(]?本文来自.{1,20}(?:更多|请下载).{0,40}|.{0,30}(?:图片|素材|信息|内容|图文).{0,6}(?:来自|来源于|源自)(?:于)?(?:互联?网络?|网络)",
    r"[（(](?:综合|整理|资料来源|来源|据|原题|原标题|责任?编辑|编辑).{0,60}[)）]|【?(?:纠错|打印)】?.{0,30}",
    r"分享(?:到|至)?\s*[:：]?.{0,30}",
    r"(?:打印本页|关闭窗口|返回(?:首页|列表|顶部|.{0,6}首页)|加载更多|展开(?:全文|更多)|阅读(?:原文|全文)|查看更多)[\s】【\]\[]*.{0,16}",
    r"(?:上|下)一(?:篇|页|条)\s*[:：]?.{0,60}",
    r"评论\s*[（(]?\d*[)）]?条?|我要(?:评论|跟帖)|已输入\s*\d+\s*字|暂无评论|(?:登录|登陆)\s*后?.{0,8}|发表评论|热门评论.{0,6}",
    rf"{_BUTTON}\s*[（(]?\d{{0,7}}\+?[)）]?(?:\s*责任编辑\s*[:：].{{0,20}})?",
    rf"\d{{1,7}}|\+\d|[×xX]|{_TIME}|20\d\d-\d\d-\d\d",
    rf"{_DO}.{{0,20}}(?:二维码|公众号|公号|订阅号|服务号|视频号|小程序|阅读原文|关注我们|关注我|蓝字|星标|在看|「赞」|进群|入群|一键三连"
    r"|小助手|客服|名片|卡片|下方|APP|客户端).{0,40}",
    r".{0,24}(?:二维码|扫码).{0,12}(?:关注|下载|进群|入群|添加|咨询|领取|报名|阅读|查看|识别|了解).{0,24}",
    r"(?:关注|欢迎关注|记得关注).{0,16}(?:公众号|我们|我|账号|视频号).{0,20}",
    r".{0,12}(?:点个|点一下|点亮|点击|点).{0,4}(?:赞|在看|「在看」|【在看】|“在看”|好看|小心心|爱心|红心|关注|收藏|分享).{0,30}",
    r".{0,10}看到这里.{0,20}(?:赞|在看|分享|关注).{0,10}",
    r"END|The End|完|全文完|未完待续|推荐|广告|ADVERTISEMENT|▼|您可通过.{0,60}|微信扫一扫|关注该公众号|轻触阅读原文|喜欢此内容的人还喜欢",
)
_OTHERS = _line(
    r"相关(?:阅读|新闻|推荐|文章|链接|报道|资讯|热门文章|内容)",
    r"(?:推荐|延伸|扩展|拓展|更多|热门|热点|精彩|精选|往期|历史|好文|文章)\s*·?\s*"
    r"(?:阅读|推荐|回顾|精选|文章|内容|精彩|新闻|好文|推文|评论|留言|文章推荐|精彩推荐|精彩回顾)",
    r"猜你(?:喜欢|想看)|(?:您|你)?可能(?:还|会|也){0,2}(?:喜欢|感兴趣|想看).{0,6}|大家都在看|喜欢此内容的人还喜欢|往期.{0,8}",
    r"(?:网友|最新|全部|热门|精彩|读者)评论.{0,8}|精选留言|阅读下一篇|下一篇|热门标签|热帖|新闻评论",
)
_STRONG = re.compile(rf"{_TIME}|字[号体]|首页\s*[>＞»]|位置\s*[:：]")
_SENTENCE = re.compile(r"[。！？]")
MOST_HEAD_LINES = 16
LONGEST_HEAD_LINE = 80  # characters
MOST_CUT = 0.75  # share of the text above which nothing is cut: then the lines are the article
LONGEST_LINE = 320  # characters; a longer line is never furniture


def trim(text: str, title: str = "") -> str:
    """The text without furniture at its beginning and end, and without its own title as first line. The middle is never touched.

    Text that would lose more than `MOST_CUT` of its characters is given back as it was.
    """
    lines = [line.strip() for line in text.split("\n")]
    first = _first(lines, title)
    last = _last(lines, first, len(lines))
    cut = _others(lines, first, last)
    kept = "\n".join(lines[first : last if cut is None else _last(lines, first, cut)]).strip()
    return kept if len(kept) >= (1 - MOST_CUT) * len(text.strip()) else text.strip()


def is_furniture(line: str) -> bool:
    """Whether a line says nothing of its own: a date, a button, a credit."""
    return _is(_HEAD, line.strip()) or _is(_TAIL, line.strip())


def _is(pattern: re.Pattern[str], line: str) -> bool:
    return len(line) <= LONGEST_LINE and pattern.fullmatch(line) is not None


def _first(lines: list[str], title: str) -> int:
    """The line at which the article begins: after title, time and source, and after the short lines above these."""
    wanted, first = _squeezed(title), 0
    for number, line in enumerate(lines[:MOST_HEAD_LINES]):
        said = _squeezed(line)
        if wanted and said.endswith(wanted) and len(said) <= len(wanted) + 6:
            first = number + 1
        elif len(line) > LONGEST_HEAD_LINE or _SENTENCE.search(line):
            break
        elif _STRONG.search(line):
            first = number + 1
    while first < len(lines) and (not lines[first] or _is(_HEAD, lines[first])):
        first += 1
    return first


def _last(lines: list[str], first: int, last: int) -> int:
    """The line before which the article ends."""
    while last > first and (not lines[last - 1] or _is(_TAIL, lines[last - 1])):
        last -= 1
    return last


def _others(lines: list[str], first: int, last: int) -> int | None:
    """The line in the second half from which on other articles and comments are listed."""
    half, before = 0.5 * sum(len(line) for line in lines[first:last]), 0
    for number in range(first, last):
        if before > half and _is(_OTHERS, lines[number]):
            return number
        before += len(lines[number])
    return None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
