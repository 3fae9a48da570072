"""A content as a post that is ready to send on a channel, or as what staff may see of it."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.delivery.characters import byte_length, cut_to_bytes, cut_to_characters
from recommender.delivery.composing import (
    excerpt,
    has_masked,
    headline,
    joined,
    plain,
    select,
    web_link,
    without_hashtags,
    without_masked,
)
from recommender.delivery.gate import why_not
from recommender.delivery.limits import limit
from recommender.library.model import Channel, ContentItem, MediaKind, Rights


@dataclass(frozen=True, slots=True)
class Rendered:
    """A post for one channel. Where `exportable` is false, `text` is only what staff may see and `why_not` says why."""

    channel: Channel
    title: str  # of the link attachment; cut to the channel's limit by `wecom`
    text: str
    bytes: int  # UTF-8 bytes of `text`
    characters: int  # code points of `text`
    images: tuple[str, ...]  # addresses to upload, in order
    link: str  # address to attach, or empty
    exportable: bool
    why_not: str
    notes: tuple[str, ...]  # what was changed, in Chinese


def render(content: ContentItem, channel: Channel, *, staff: bool = False) -> Rendered:
    """`content` for `channel`, within its limits by characters and UTF-8 bytes.

    In full only for content that is owned or authorised and that compliance does not block; otherwise, and always with
    `staff`, the text is title, excerpt, link and reason. A content that was taken down renders as nothing.
    """
    reason = why_not(content)
    if content.rights is Rights.TAKEN_DOWN:
        return _rendered(channel, "", "", reason=reason)
    if staff or reason:
        return _rendered(channel, headline(content), _fit(_summary(content, reason), channel), link=web_link(content.url), reason=reason)
    text, notes = _composed(content)
    fitting = _fit(text, channel)
    if fitting != text:
        notes.append(f"正文太长，只保留了前面的 {len(fitting)} 个字")
    images, link, more = _attachments(content, channel)
    return _rendered(channel, headline(content), fitting, images=images, link=link, notes=(*notes, *more))


def _rendered(
    channel: Channel, title: str, text: str, *, images: tuple[str, ...] = (), link: str = "", reason: str = "", notes: tuple[str, ...] = ()
) -> Rendered:
    return Rendered(channel, title, text, byte_length(text), len(text), images, link, not reason, reason, notes)


def _summary(content: ContentItem, reason: str) -> str:
    """Title, excerpt, link and why it may not go out, one to a line."""
    lines = [headline(content), excerpt(content), web_link(content.url), f"不能直接发给客户：{reason}" if reason else ""]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _composed(content: ContentItem) -> tuple[str, list[str]]:
    title, text, notes = plain(content.title).strip(), plain(content.text).strip(), []
    if (bare := without_hashtags(text)) != text:
        text = bare
        notes.append("去掉了话题标签和对其他账号的提及")
    if has_masked(text):
        text = without_masked(text)
        notes.append("去掉了含联系方式的句子")
    if has_masked(title):
        title = without_masked(title)
    return joined(without_hashtags(title), text), notes


def _fit(text: str, channel: Channel) -> str:
    """`text` within the channel's limits, by whole sentences; a first sentence that is too long alone is cut between characters."""
    if channel is Channel.MOMENTS:
        most_characters, most_bytes = limit("wecom_moments", "text_characters"), limit("wecom_moments", "text")
    else:
        most_bytes = limit("wecom_group_message", "text")
        most_characters = most_bytes

    def fits(part: str) -> bool:
        return len(part) <= most_characters and byte_length(part) <= most_bytes

    return select(text, fits) or cut_to_bytes(cut_to_characters(text, most_characters), most_bytes)


def _attachments(content: ContentItem, channel: Channel) -> tuple[tuple[str, ...], str, list[str]]:
    """Images and link that the channel takes together: Moments never mixes them, a group message takes nine in all."""
    link = web_link(content.url)
    images = tuple(image for image in map(web_link, content.images) if image)
    if content.kind is MediaKind.VIDEO and link:
        return (), link, ["视频以链接形式发出"]
    if channel is Channel.MOMENTS:
        most = limit("wecom_moments", "images")
        link = "" if images else link
    else:
        most = limit("wecom_group_message", "attachments")
        link = link if len(images) < most else ""
    notes = [f"图片有 {len(images)} 张，只带前 {most} 张"] if len(images) > most else []
    return images[:most], link, notes
