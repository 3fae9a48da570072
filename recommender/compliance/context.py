"""When a forbidden word is innocent: the sentence denies it, asks about it, quotes it, warns of it or cites the rule."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[。!?;\n…]+")
_CLAUSE_END = re.compile(r"[,:。!?;\n…]")
_NOT_DENIED = re.compile(
    r"不仅|不但|不只|不止|不愧|不过|不错|不得不|不妨|不用说|没想到|别犹豫|别墅|别错过|别的|特别|非常|别人|别家|无与|无比|不断|差别|区别|级别|未来|无不|不用再|不花|不再|不用|不吃药|不打针|不开刀|不手术|不住院|不运动|不节食|不挨饿|不忌口|不伤|不到|不出|不知不觉|不怕|不反弹|没几|没多久|没过|没两|不管|不论|无论|不必|无需|不含|不收|没效果|没过|不满意|无效|不限|不愁|没有一个|没有副作用|没想|不喝|不干|无视|不看|不查|不信你|不服|不同|不少|不得了|不识货|不亏|未见"
)
_DENIAL = re.compile(r"(?:不|没有?|未|勿|别|无法|禁止|拒绝|并非|杜绝|不得|严禁|无关)[^,。!?;\n]{0,9}$")
_CITED = re.compile(
    r"广告法|化妆品监督|食品安全法|条例|管理办法|第[一二三四五六七八九十百0-9]+条|不得(?:发布|含有|使用|宣传|涉及|对|明示|说明|以)|禁止(?:使用|发布|宣传)|违规|违禁词|违法|合规|敏感词|虚假宣传|不能写|不能说|避免使用"
)
_WARNED = re.compile(
    r"骗局|骗子|诈骗|被骗|谣言|辟谣|警惕|谨防|当心|别信|不要(?:相信|轻信)|不可信|误区|冒充|忽悠|智商税|段子|推销|打包票|这种包票|请勿轻信|套路|不敢打|拉黑|请绕道|绕道吧|反诈|举报|投诉|别听|别去听|12315|十有八九|凡是[^。]{0,16}(?:说|喊|讲|宣称|承诺|吹)|遇到[^。]{0,12}(?:说|喊|推销)|割韭菜的|坑老|上当(?!晚|天|时|场)|交学费|扫黑|罚款|被罚|处罚|查处|曝光|下架了|吹嘘|虚假|夸大|不靠谱|瞎说|鬼话|话术|审稿|(?:字|词|话|句)[^。]{0,12}(?:删掉|去掉|撕了|改掉)|别指望|没有捷径|没科学依据|不许写|不许说|不能发|不敢写|不让写|传销"
)
_ASKED = re.compile(r"吗$|呢$|么$|能不能|能否|是不是|有没有|会不会|可不可以|请问|谁|怎么|为什么|哪|是否|多少|什么")
_REPORTED = re.compile(r"说|写|喊|遇到|标注|标着|叫|问|这种话|所谓|宣称|词|字样|用语|承诺|打着|听到|看到|回答|回复|骗|内部渠道")
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", '"': '"'}
# A text that tells of fraud as the police or a bank would tell of it.
_FRAUD = re.compile(r"反诈|12315|民警|派出所|96110|诈骗|辟谣|投资须谨慎")
_WHATEVER = re.compile(r"什么[^,。!?;]{0,4}$|什么[^,。!?;]{1,14}、[^,。!?;]{0,6}$")
_ANSWER_NO = re.compile(r"^(?:不能|不是|没有|不会|不行|不可以|不建议|不推荐|这个得问|得问|要问|请)")


def _sentence(text: str, start: int, end: int) -> tuple[int, int, str]:
    before = 0
    after, mark = len(text), ""
    for stop in _SENTENCE_END.finditer(text):
        if stop.end() <= start:
            before = stop.end()
        elif stop.start() >= end:
            after, mark = stop.start(), stop.group()
            break
    return before, after, mark


def _quoted(text: str, start: int, end: int, low: int, high: int) -> str:
    """The opening quote when the place stands inside a pair of them within its sentence, else nothing."""
    for opening, closing in _QUOTES.items():
        left = text.rfind(opening, low, start)
        right = text.find(closing, end, high)
        if left >= 0 and right >= 0 and closing not in text[left + 1 : start] and opening not in text[end:right]:
            return opening
    return ""


def is_innocent(text: str, start: int, end: int) -> bool:
    """Whether the sentence around characters start to end of a folded text takes the charge out of them."""
    low, high, mark = _sentence(text, start, end)
    sentence = text[low:high]
    if _CITED.search(sentence) or _WARNED.search(sentence) or _FRAUD.search(text):
        return True
    stops = [stop.end() for stop in _CLAUSE_END.finditer(text, low, start)]
    clause = text[max(stops, default=low) : start]
    if _WHATEVER.search(clause):
        return True
    if _DENIAL.search(_NOT_DENIED.sub("　　", clause)):
        return True
    quote = _quoted(text, start, end, low, high)
    if quote == "《" or (quote and _REPORTED.search(text[low:start] + text[end:high])):
        return True
    return "?" in mark and bool(_ASKED.search(sentence) or _ANSWER_NO.match(text[high + len(mark) :]))
