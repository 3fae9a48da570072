"""The disclosure rule: an experience post with a way to buy has to be marked 「广告」; and what in a text shows that way."""

from __future__ import annotations

import re

LAW = "互联网广告管理办法第九条"
HEALTH_LAW = "互联网广告管理办法第八条"
MARK = re.compile(r"[\[【(（「〔]\s*广告\s*[\]】)）」〕]|#广告|^广告(?=[:：。\s|｜·]|$)|广告\s*[|｜]", re.MULTILINE)
WEAK_MARK = re.compile(r"[\[【(#]?\s*(?:合作推广|品牌合作|商务合作|赞助|推广|恰饭|#?ad\b|利益相关)\s*[\]】)]?", re.IGNORECASE)
LINK = re.compile(
    r"(?:点|戳)[^，。！？\n]{0,8}(?:链接|小程序|购物车|橱窗)[^，。！？\n]{0,4}(?:下单|购买|买)?|(?:购买|下单|商品|店铺|小程序)链接[^，。！？\n]{0,8}"
    r"|链接(?:放|在|挂|整理|见|戳|贴)[^，。！？\n]{0,10}|(?:左下角|评论区|文末|下方|橱窗)[^，。！？\n]{0,6}(?:下单|链接|购买|拍)|(?:颜色|尺码)[^，。！？\n]{0,8}链接里"
)
# Where a platform keeps what can be bought, and what leads there. 「链接」 alone is no proof: people link articles and earrings too.
_PLACE = (
    r"左下角|右下角|评论区?(?:置顶|第一条)|置顶评论|主页(?:橱窗|店铺)"
    r"|我的?橱窗|橱窗第|小黄[车条]|(?:下方|视频|直播间)购物车|购物车第|文末(?:小程序|小店|卡片)"
)
_WAY = r"链接|同款|买的地方|下单|购买|橱窗|小黄[车条]|拍(?!照|摄|到|了|的|出|得)"
OFFER = re.compile(
    rf"(?:{_WAY})[^。！？\n]{{0,12}}(?:{_PLACE})|(?:{_PLACE})[^。！？\n]{{0,10}}(?:{_WAY}|点进去|领券)"
    r"|(?:点|戳|看|挂|加)[^，。！？\n]{0,6}小黄[车条]|(?:点|戳|看|进|挂)[^，。！？\n]{0,4}(?:我的?|主页|账号)[^，。！？\n]{0,2}橱窗"
    r"|(?:购买|下单|商品|同款|团购|抢购)链接(?!吗|呢|？|\?)|(?:点|戳)[^，。！？\n]{0,5}链接[^，。！？\n]{0,6}(?:下单|购买|买|拍|领券|抢)"
    r"|挂在(?:下面|下方|文末)[^。！？\n]{0,4}[，,。][^。！？\n]{0,4}(?:领|拍|下单)|(?:复制|打开)[^，。！？\n]{0,8}(?:淘口令|口令)[^，。！？\n]{0,8}|淘口令|店铺首页下单"
)
# Without one of these there is no offer; most texts have none, and so the expression above is seldom tried.
_HINTS = ("链接", "橱窗", "小黄", "购物车", "置顶", "第一条", "下角", "文末", "主页店铺", "挂在", "口令", "店铺首页")
# A post that denies, asks for or tells of a link offers none, and not every link leads to a shop.
_NO_OFFER = re.compile(
    r"(?:没有?|不放|不挂|不是|不要|无|别|勿|求|不点|不会|找不到|什么|怎么)[^，。！？\n]{0,6}$|(?:报名|社群|进群|文章|视频|资料|原文|直播|问卷|下载|申请|投票)$"
)


def find_offer(text: str) -> re.Match[str] | None:
    """Where a text offers a way to buy on the spot (a purchase link, the platform's cart or shop window), if it does."""
    for found in OFFER.finditer(text) if any(hint in text for hint in _HINTS) else ():
        if not _NO_OFFER.search(text[max(0, found.start() - 10) : found.start()]):
            return found
    return None


HEALTH_TALK = re.compile(r"医生|怎么办|为什么|怎么量|少吃|复查|血压|血糖|血脂|发烧|抽筋|失眠|预防|症状|定期|饮食|及时去医院|缺钙|吸收")
HEALTH_GOODS = re.compile(
    r"保健食品|鱼油|钙片|液体钙|软胶囊|胶囊|益生菌|维生素|褪黑素|氨糖|血压计|血糖仪|耳温枪|体温计|雾化器|制氧机|理疗仪|药"
)
# What makes a post an experience, a test or advice of somebody's own; a shop's plain notice with a link is none of them.
EXPERIENCE = re.compile(
    r"我(?!们店)|自用|自己|用了|试了|穿了|吃了|喝了|测评|评测|实测|亲测|体验|回购|空瓶|种草|推荐|清单|朋友|孩子|好用|好吃|踩雷|缺点|收到"
)
