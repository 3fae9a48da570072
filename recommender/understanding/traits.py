"""What can be seen of a post without understanding it: trait words and its form, as numbers with names."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from recommender.text.terms import TermMatcher, count_of
from recommender.understanding.brands import fold_name
from recommender.understanding.taxonomy import DATA

_HASHTAG = re.compile(r"#[^\s#]+")
_MONEY = re.compile(r"[$¥￥€£]\s?\d|\d+(?:\.\d+)?\s?(?:元|块|刀|rmb|美金|美元|欧)")
_CLOCK = re.compile(r"\d{1,2}(?:[:：]\d{2}|\s?[ap]m|点)")
_DATE = re.compile(r"\d{1,2}(?:月\d{1,2}|[./]\d{1,2}\s?[-—~–到至]|[号日])")
_NUMBERED = re.compile(r"\n\s*(?:\d{1,2}[.、)）]|[①-⑩]|[一二三四五六七八]、|\d\ufe0f?\u20e3|[•·●▪️✅❶-❿🔸🔹-])")
_ADDRESS = re.compile(r"📍|地址|\d{2,5}\s+[A-Za-z][\w .]{2,30}(?:st|ave|rd|dr|blvd|pkwy|ln|hwy|way|street|road)\b", re.IGNORECASE)
_FIRST = re.compile(r"我们?|俺|咱")
_SECOND = re.compile(r"你们?|姐妹|宝子|宝贝们|家人们|大家|小伙伴|您")
_IMPERATIVE = re.compile(r"[\n，。！!~ ](?:快|冲|来|去|记得|别|不要|请|一定)")
_UNIT = re.compile(
    r"\d\s?(?:克|毫升|升|厘米|毫米|公分|公斤|斤|英?寸|码|片|颗|粒|支|件|瓶|袋|层|瓦|度|磅|分钟?|ml|mm|cm|kg|mah|gb|[gklmw](?![a-z])|%|×)",
    re.IGNORECASE,
)
_THIS = re.compile(
    r"[这那此该](?:一)?(?:款|条|支|只|件|双|瓶|盒|袋|罐|台|套|枚|张|块|杯|碗|串|盏|盘|顶|把|副|床|辆|本|部|副|对|颗|家|间|道|锅|份|组|门)|它家?|同款"
)
_NAMED = re.compile(r"[「『《“【][^「『《“【】”》』」\n]{1,10}[】”》』」]")
_THIRD = re.compile(r"[她他](?!家|们家|的店)|人家|对方")
_SPEECH = re.compile(r"[说问道喊回][:：]|[说问道][，,]?[“「\"]|[“][^”\n]{2,30}[。！？…，][”]")
# A clause that begins with what the reader is to do.
_DO = re.compile(
    r"(?:^|[\n，。；;：:！!、）)】])\s*(?:先|再|别|把|用|拿|选|看|盯|挑|勤|留|贴|塞|捏|量|查|找|换|按|点|问|避|等|加|倒|放|洗|擦|切|装|涂|转|拧|关|打开|检查|确认|避免|不要|不能|记得|注意|建议|尽量|最好|如果|要是|提前|务必|可以)"
)
_COUNTED = re.compile(
    r"[一二两三四五六七八九十\d]+(?:种|件事|件|步|样|句|招|条|点|个(?:方法|办法|技巧|动作|误区|细节|问题|地方|区|键|习惯)|大)"
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post prepared once for all that look at it.

    `body` is the text without its hashtags; the `folded*` strings are folded as names are filed, and `words` has the known
    words of all kinds with how often each stands in title, body and tags.
    """

    title: str
    body: str
    tags: tuple[str, ...]
    folded_title: str
    folded_body: str
    folded_tags: str
    folded: str  # the three, one per line
    words: dict[str, tuple[int, int, int]]


SPOKEN = 12  # characters of body from which it speaks for itself
MAX_CHARACTERS = 4000  # of a post that is looked at: what it is shows long before, and 100,000 characters must not take seconds


def prepare(title: str, text: str, tags: tuple[str, ...], known_words: TermMatcher) -> Post:
    """Split a cleaned post into title, body and hashtags, each folded, and find the known words in them."""
    title, text = title[:MAX_CHARACTERS], text[:MAX_CHARACTERS]
    body = _HASHTAG.sub(" ", text).strip()
    known = dict.fromkeys([*tags, *(tag.strip("#") for tag in _HASHTAG.findall(f"{title}\n{text}"))])
    joined = "\n".join(tag for tag in known if tag)[:MAX_CHARACTERS]
    folded_title, folded_body, folded_tags = fold_name(title), fold_name(body), fold_name(joined)
    folded = f"{folded_title}\n{folded_body}\n{folded_tags}"
    words: dict[str, tuple[int, int, int]] = {}
    for word, count in known_words.find(folded).items():
        in_title, in_tags = count_of(folded_title, word), count_of(folded_tags, word)
        words[word] = (in_title, count - in_title - in_tags, in_tags)
    return Post(title, body, tuple(known), folded_title, folded_body, folded_tags, folded, words)


@dataclass(frozen=True, slots=True)
class Trait:
    """A named group of words that tell what a post does."""

    key: str
    label: str
    words: tuple[str, ...]


@cache
def trait_words() -> tuple[Trait, ...]:
    """The traits of the data file, in its order."""
    found: list[Trait] = []
    for block in re.split(r"^== ", (DATA / "traits.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, _, rest = block.partition("\n")
        key, label = head.split()
        found.append(Trait(key, label, tuple(dict.fromkeys(fold_name(word.replace("_", " ")) for word in rest.split()))))
    return tuple(found)


@cache
def trait_owners() -> dict[str, list[int]]:
    """Every trait word to the places of its traits in `trait_words()`."""
    owners: dict[str, list[int]] = {}
    for number, trait in enumerate(trait_words()):
        for word in trait.words:
            owners.setdefault(word, []).append(number)
    return owners


def _log(count: int) -> float:
    return math.log1p(count)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _questions(text: str) -> int:
    return text.count("?") + text.count("？")


def _exclaims(text: str) -> int:
    return text.count("!") + text.count("！")


# How long a post is and how it is decorated (hashtags, emoji, Latin letters) is left out on purpose: it tells one source of notes
# from another, not what a post does, and models that use it carry over worse from one source to the next.
# name, what to call it in a reason ("" is never given as one), measure of a post
FORMS: tuple[tuple[str, str, Callable[[Post], float]], ...] = (
    ("no_title", "", lambda post: float(not post.title)),
    ("no_body", "只有标题或话题、没有正文", lambda post: float(not post.body)),
    ("short_body", "正文很短", lambda post: float(0 < len(post.body) < 40)),
    ("money", "写了价格", lambda post: _log(len(_MONEY.findall(post.folded_body)))),
    ("clock", "写了钟点", lambda post: _log(len(_CLOCK.findall(post.folded_body)))),
    ("date", "写了日期", lambda post: _log(len(_DATE.findall(post.folded_body + post.folded_title)))),
    ("numbered", "分条列出", lambda post: _log(len(_NUMBERED.findall("\n" + post.body)))),
    ("address", "写了地址", lambda post: float(bool(_ADDRESS.search(post.body)))),
    ("title_question", "标题是问句", lambda post: float(_questions(post.title) > 0)),
    ("title_exclaim", "", lambda post: float(_exclaims(post.title) > 0)),
    ("body_question", "", lambda post: _log(_questions(post.body))),
    ("first_person", "第一人称", lambda post: min(2.0, 30 * _share(len(_FIRST.findall(post.body)), len(post.body) + 40))),
    ("second_person", "对读者说话", lambda post: _log(len(_SECOND.findall(post.body + post.title)))),
    ("imperative", "叫人去做", lambda post: _log(len(_IMPERATIVE.findall(f"\n{post.body}{post.title}")))),
    ("units", "写了规格、用量", lambda post: _log(len(_UNIT.findall(post.body)))),
    ("this_thing", "指着一样东西说", lambda post: _log(len(_THIS.findall(post.body)))),
    ("title_thing", "标题指着一样东西", lambda post: float(bool(_THIS.search(post.title)))),
    ("named", "", lambda post: _log(len(_NAMED.findall(post.body)))),
    ("title_named", "", lambda post: float(bool(_NAMED.search(post.title)))),
    ("third_person", "讲别人的事", lambda post: min(2.0, 30 * _share(len(_THIRD.findall(post.body)), len(post.body) + 40))),
    ("speech", "有对话", lambda post: _log(len(_SPEECH.findall(post.body)))),
    ("do_clauses", "一句句教着做", lambda post: min(2.0, 40 * _share(len(_DO.findall(post.body)), len(post.body) + 60))),
    ("title_counted", "标题报了数目", lambda post: float(bool(_COUNTED.search(post.title)))),
)


# Traits that mean more together than apart: key, what to call them in a reason, how they are judged from summed traits.
# `t` maps a trait's key to how often its words were found (title twice), `f` a form's name to its measure.
TOGETHER: tuple[tuple[str, str, Callable[[dict[str, float], dict[str, float]], bool]], ...] = (
    ("nothing_sold", "没有商品、店铺或味道", lambda t, f: not (t["goods"] or t["place"] or t["taste"] or t["selling"] or t["star"])),
    ("goods_alone", "只展示商品、没有自己的故事", lambda t, f: t["goods"] > 0 and not (f["first_person"] or t["diary"] or t["family"])),
    ("goods_praised", "夸商品", lambda t, f: t["goods"] > 0 and t["praise"] > 0),
    ("visit", "到店吃喝的体验", lambda t, f: t["taste"] > 1 and t["place"] > 1),
    ("guide", "成篇的指南", lambda t, f: t["howto"] > 1 and (f["numbered"] > 1 or t["advice"] > 2 or t["route"] > 3)),
    ("story", "顾客的故事", lambda t, f: t["customer"] > 1 and (t["feeling"] > 0 or t["diary"] > 0)),
    ("announcement", "活动或时间通知", lambda t, f: t["notice"] > 2 and t["taste"] < 2 and t["praise"] < 3),
    ("recipe", "照着能做", lambda t, f: t["steps"] > 3),
    (
        "thing_judged",
        "说一样东西用着怎么样",
        lambda t, f: (
            f["this_thing"] + f["title_thing"] + t["parts"] > 0
            and t["owned"] + t["verdict"] + t["praise"] > 0
            and t["senses"] + f["units"] > 0
        ),
    ),
    ("bad_visit", "劝人别去别买", lambda t, f: t["negative"] > 1 and t["taste"] + t["place"] + t["money"] > 1),
    ("dated_notice", "定了日子的活动", lambda t, f: f["date"] > 0 and t["notice"] > 1 and not t["star"]),
    ("hard_sell", "叫卖", lambda t, f: t["hardsell"] > 2),
    ("taught", "教着做、不推商品", lambda t, f: f["do_clauses"] > 0.6 and not (t["owned"] or t["verdict"] or t["hardsell"])),
    (
        "people_only",
        "讲人不讲物",
        lambda t, f: f["third_person"] + f["speech"] > 0 and not (t["owned"] or t["verdict"] or t["hardsell"] or t["howto"]),
    ),
    ("diary_only", "记自己的日子", lambda t, f: t["diary"] > 0 and not (t["goods"] or t["place"] or t["howto"] or t["selling"])),
    (
        "wish_only",
        "只有心情或祝福",
        lambda t, f: f["short_body"] + f["no_body"] > 0 and t["feeling"] + t["greeting"] > 0 and not t["goods"],
    ),
)


@cache
def feature_names() -> tuple[str, ...]:
    """Names of the numbers that `measure` gives, in order."""
    words = [f"{place}:{trait.key}" for trait in trait_words() for place in ("title", "body")]
    return (*words, *(f"form:{name}" for name, _, _ in FORMS), *(f"together:{name}" for name, _, _ in TOGETHER))


def measure(post: Post) -> tuple[list[float], dict[str, list[str]]]:
    """The post as numbers (see `feature_names`), and per trait the words that were found."""
    owners, traits = trait_owners(), trait_words()
    title, body = [0] * len(traits), [0] * len(traits)
    seen: dict[str, list[str]] = {}
    # Hashtags say what a post is about, and hardly what it does: they only speak where there is no body.
    silent = len(post.body) < SPOKEN
    for word in owners.keys() & post.words.keys():
        in_title, in_body, in_tags = post.words[word]
        in_text = in_body + in_tags if silent else in_body
        for owner in owners[word] if in_title or in_text else ():
            title[owner] += min(in_title, 3)
            body[owner] += min(in_text, 3)
            seen.setdefault(traits[owner].key, []).append(word)
    # in the title a word counts once, in the body by its logarithm so that length does not decide
    values = [0.0] * (2 * len(traits))
    values[::2] = [2.0 if count > 1 else float(count) for count in title]
    values[1::2] = [_log(count) if count else 0.0 for count in body]
    forms = {name: form(post) for name, _, form in FORMS}
    sums = {trait.key: 2.0 * in_title + in_body for trait, in_title, in_body in zip(traits, title, body, strict=True)}
    together = [float(judge(sums, forms)) for _, _, judge in TOGETHER]
    return [*values, *forms.values(), *together], {key: sorted(words) for key, words in seen.items()}
