"""What a parser read, made into what the library takes: repaired, masked, cleaned and given its address. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from crawler.addresses import canonical, identity_of, platform_of, status_id
from crawler.items import ParsedComment, ParsedNote, Refusal
from crawler.repair import count, moment
from recommender.library.model import Counts, Creator, CreatorTier, IncomingComment, IncomingContent, MediaKind, Platform, Rights
from recommender.text.cleaning import clean_text, hashtags
from recommender.text.masking import KINDS, mask_personal

MOST_TAGS = 50
TIERS = ((500_000, CreatorTier.HEAD), (50_000, CreatorTier.SHOULDER), (5_000, CreatorTier.KOC))  # least followers

_NOTHING = frozenset({"-", "--", "null", "None", "none", "NULL", "undefined"})
_SPACE = re.compile(r"\s")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOTE_ADDRESSES = {Platform.XHS: "https://www.xiaohongshu.com/explore/{}", Platform.WEIBO: "https://m.weibo.cn/detail/{}"}
_ANSWER = re.compile(r"^\s*回复\s*@[^\s:：]{1,40}\s*[:：]\s*")
_MENTION = re.compile(r"@[^\s@:：,，。!！?？\[]{1,30}")


def account_fingerprint(account_id: str) -> str:
    """Sixteen hex digits that stand for an account: what newer exports give as `creator_hash` for the same account."""
    return hashlib.sha256(account_id.encode("utf-8", "replace")).hexdigest()[:16]


def creator_of(platform: Platform, account_id: str, account_hash: str, name: str, fans: object = None) -> Creator | None:
    """The creator, or None where nothing identifies one. A masked name (`张***三`) is nobody's name."""
    name = _plain(name)[:80]
    name = "" if "*" in name else clean_text(mask_personal(name)[0])
    account_id, account_hash = _plain(account_id), _plain(account_hash)
    key = account_hash or (account_fingerprint(account_id) if account_id else "") or (account_fingerprint(f"name:{name}") if name else "")
    followers = count(fans)
    return Creator(f"{platform.value}-{key}", platform, name, followers, _tier(followers)) if key else None


LONGEST_TITLE = 40  # characters; platforms allow 20 to 30, so a longer one is checked against the text


def prepare(note: ParsedNote, *, now: datetime | None = None, rights: Rights = Rights.UNKNOWN) -> IncomingContent | Refusal:
    """The note as the library takes it, or one sentence why not. `rights` hold where the note says none itself."""
    original_title, in_title = mask_personal(_plain(note.title))
    original_text, in_text = mask_personal(_plain(note.text))
    images = tuple(dict.fromkeys(filter(None, map(_media, note.images))))
    video_url = _media(note.video_url)
    where = note.where or note.url or "一条内容"
    if not (original_title or original_text or images or video_url):
        return Refusal(f"{where}：没有标题、正文、图片或视频，没有可存的内容。")
    platform = note.platform if note.platform is not Platform.WEB else platform_of(note.url)
    url, identity = canonical(note.url), _plain(note.identity) or identity_of(note.url)
    if platform is Platform.WEIBO:
        identity = status_id(identity)  # exports give either of its names
    if not url and identity and platform in _NOTE_ADDRESSES and not note.is_sample:  # a sample is published nowhere
        url = _NOTE_ADDRESSES[platform].format(identity)
    title, text = clean_text(original_title), clean_text(original_text)
    if len(title) > LONGEST_TITLE and _runs_into(title, text):
        title = ""  # some exports repeat the beginning of the text where the author gave no title
    if not identity and not url:
        if not (title or text):
            return Refusal(f"{where}：没有编号、链接和文字，认不出是哪一条。")
        identity = "t" + account_fingerprint(f"{title}\n{text}")
    return IncomingContent(
        platform=platform,
        identity=identity,
        url=url,
        kind=note.kind or (MediaKind.VIDEO if video_url else MediaKind.IMAGE if images else MediaKind.TEXT),
        title=title,
        text=text,
        original_title=original_title,
        original_text=original_text,
        tags=_tags(note.tags) or hashtags(text)[:MOST_TAGS],
        creator=creator_of(platform, note.creator_id, note.creator_hash, note.creator_name, note.creator_fans),
        published_at=moment(note.published_at, now),
        source_updated_at=moment(note.updated_at, now),
        counts=Counts(count(note.liked), count(note.collected), count(note.commented), count(note.shared)),
        images=images,
        video_url=video_url,
        is_sample=note.is_sample,
        rights=note.rights or rights,
        diversion=tuple(kind for kind in KINDS if kind in in_title or kind in in_text),
        partial=note.partial,
    )


def prepare_comment(comment: ParsedComment, *, now: datetime | None = None) -> IncomingComment | Refusal | None:
    """The comment as the library takes it: masked, whoever it speaks to left out. None where it has no words (a picture, an emoji)."""
    note_identity, comment_id = _plain(comment.note_identity), _plain(comment.comment_id)
    if not note_identity or not comment_id:
        return Refusal(f"{comment.where or '一条评论'}：没有评论编号或所属内容的编号，不知道是哪一条的评论。")
    text = clean_text(mask_personal(_ANSWER.sub("", _plain(comment.text)))[0])
    text = _MENTION.sub("@[用户]", text)
    if not text.replace("@[用户]", "").strip():
        return None
    return IncomingComment(comment.platform, note_identity, comment_id, text, count(comment.liked), moment(comment.published_at, now))


def _tier(followers: int | None) -> CreatorTier:
    return next((tier for least, tier in TIERS if followers is not None and followers >= least), CreatorTier.ORDINARY)


def _runs_into(title: str, text: str) -> bool:
    start = "".join(title.rstrip(".…").split())
    return "".join(text[: 2 * len(title)].split()).startswith(start)


def _plain(text: str) -> str:
    text = text.strip()
    if text in _NOTHING:
        return ""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def _media(url: str) -> str:
    url = _plain(url)
    if url.startswith("//"):
        url = "https:" + url
    return url if url.startswith(("https://", "http://")) and not _SPACE.search(url) else ""


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    words = (clean_text(_plain(tag)).strip("# ").removesuffix("[话题]") for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_TAGS]
