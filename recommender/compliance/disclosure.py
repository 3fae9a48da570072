"""The disclosure rule: an experience post with a way to buy has to be marked 「广告」."""

from __future__ import annotations

import re

LAW = "互联网广告管理办法第九条"
HEALTH_LAW = "互联网广告管理办法第八条"
MARK = re.compile(r"[\[【(（「]\s*广告\s*[\]】)）」]|#广告|^广告(?=[:：\s|｜·]|$)|广告\s*[|｜]", re.MULTILINE)
WEAK_MARK = re.compile(r"[\[【(#]?\s*(?:合作推广|品牌合作|商务合作|赞助|推广|恰饭|#?ad\b|利益相关)\s*[\]】)]?", re.IGNORECASE)
LINK = re.compile(
    r"(?:点|戳)[^，。！？\n]{0,8}(?:链接|小程序|购物车|橱窗)[^，。！？\n]{0,4}(?:下单|购买|买)?|(?:购买|下单|商品|店铺|小程序)链接[^，。！？\n]{0,8}"
    r"|链接(?:放|在|挂|整理|见|戳|贴)[^，。！？\n]{0,10}|(?:左下角|评论区|文末|下方|橱窗)[^，。！？\n]{0,6}(?:下单|链接|购买|拍)|(?:颜色|尺码)[^，。！？\n]{0,8}链接里"
)
HEALTH_TALK = re.compile(r"医生|怎么办|为什么|怎么量|少吃|复查|血压|血糖|血脂|发烧|抽筋|失眠|预防|症状|定期|饮食|及时去医院|缺钙|吸收")
HEALTH_GOODS = re.compile(
    r"保健食品|鱼油|钙片|液体钙|软胶囊|胶囊|益生菌|维生素|褪黑素|氨糖|血压计|血糖仪|耳温枪|体温计|雾化器|制氧机|理疗仪|药"
)
# What makes a post an experience, a test or advice of somebody's own; a shop's plain notice with a link is none of them.
EXPERIENCE = re.compile(
    r"我(?!们店)|自用|自己|用了|试了|穿了|吃了|喝了|测评|评测|实测|亲测|体验|回购|空瓶|种草|推荐|清单|朋友|孩子|好用|好吃|踩雷|缺点|收到"
)
