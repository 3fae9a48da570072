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
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]")
_MONEY = re.compile(r"[$¥￥€£]\s?\d|\d+(?:\.\d+)?\s?(?:元|块|刀|rmb|美金|美元|欧)")
_CLOCK = re.compile(r"\d{1,2}(?:[:：]\d{2}|\s?[ap]m|点)")
_DATE = re.compile(r"\d{1,2}(?:月\d{1,2}|[./]\d{1,2}\s?[-—~–到至]|[号日])")
_NUMBERED = re.compile(r"\n\s*(?:\d{1,2}[.、)）]|[①-⑩]|[一二三四五六七八]、|\d\ufe0f?\u20e3|[•·●▪️✅❶-❿🔸🔹-])")
_ADDRESS = re.compile(r"📍|地址|\d{2,5}\s+[A-Za-z][\w .]{2,30}(?:st|ave|rd|dr|blvd|pkwy|ln|hwy|way|street|road)\b", re.IGNORECASE)
_FIRST = re.compile(r"我们?|俺|咱")
_SECOND = re.compile(r"你们?|姐妹|宝子|宝贝们|家人们|大家|小伙伴|您")
_IMPERATIVE = re.compile(r"[\n，。！!~ ](?:快|冲|来|去|记得|别|不要|请|一定)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


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


def _latin_letters(text: str) -> int:
    ascii_only = text.encode("ascii", "ignore")
    return len(ascii_only) - len(ascii_only.translate(None, _LATIN))


# name, what to call it in a reason ("" is never given as one), measure of a post
FORMS: tuple[tuple[str, str, Callable[[Post], float]], ...] = (
    ("no_title", "", lambda post: float(not post.title)),
    ("no_body", "只有标题或话题、没有正文", lambda post: float(not post.body)),
    ("short_body", "正文很短", lambda post: float(0 < len(post.body) < 40)),
    ("body_length", "", lambda post: _log(len(post.body)) / 6),
    ("long_body", "篇幅长、内容细", lambda post: float(len(post.body) > 350)),
    ("tags", "", lambda post: _log(len(post.tags))),
    ("many_tags", "", lambda post: float(len(post.tags) > 8)),
    ("emoji", "", lambda post: min(2.0, 20 * _share(len(_EMOJI.findall(post.body)), len(post.body) + 20))),
    ("money", "写了价格", lambda post: _log(len(_MONEY.findall(post.folded_body)))),
    ("clock", "写了钟点", lambda post: _log(len(_CLOCK.findall(post.folded_body)))),
    ("date", "写了日期", lambda post: _log(len(_DATE.findall(post.folded_body + post.folded_title)))),
    ("numbered", "分条列出", lambda post: _log(len(_NUMBERED.findall("\n" + post.body)))),
    ("address", "写了地址", lambda post: float(bool(_ADDRESS.search(post.body)))),
    ("title_question", "标题是问句", lambda post: float(_questions(post.title) > 0)),
    ("title_exclaim", "", lambda post: float(_exclaims(post.title) > 0)),
    ("body_question", "", lambda post: _log(_questions(post.body))),
    ("body_exclaim", "", lambda post: min(2.0, 40 * _share(_exclaims(post.body), len(post.body) + 40))),
    ("first_person", "第一人称", lambda post: min(2.0, 30 * _share(len(_FIRST.findall(post.body)), len(post.body) + 40))),
    ("second_person", "对读者说话", lambda post: _log(len(_SECOND.findall(post.body + post.title)))),
    ("imperative", "叫人去做", lambda post: _log(len(_IMPERATIVE.findall(f"\n{post.body}{post.title}")))),
    ("separated_title", "", lambda post: float(any(mark in post.title for mark in "｜|丨·"))),
    ("latin", "", lambda post: _share(_latin_letters(post.title + post.body), len(post.title + post.body))),
    ("no_han", "", lambda post: float(not _HAN.search(post.title + post.body))),
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
