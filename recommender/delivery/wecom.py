"""Bodies of WeCom requests as plain values, checked against the limits before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recommender.delivery.characters import byte_length, cut_to_bytes
from recommender.delivery.composing import plain
from recommender.delivery.limits import limit
from recommender.delivery.rendering import Rendered
from recommender.errors import InputError, NotAllowed

Body = dict[str, Any]


def moment_task(
    rendered: Rendered,
    *,
    image_media_ids: Sequence[str] = (),
    video_media_id: str = "",
    link_cover_media_id: str = "",
    users: Sequence[str] = (),
    departments: Sequence[int] = (),
    tags: Sequence[str] = (),
) -> Body:
    """Body of `POST /cgi-bin/externalcontact/add_moment_task` (official doc 95094).

    Attachments are the uploaded images, or the uploaded video, or the link with its uploaded cover, never mixed. Without
    users, departments and tags the whole company posts to everyone. Raises NotAllowed for a post that may not go out
    and InputError for what WeCom would refuse.
    """
    _allowed(rendered)
    _within("朋友圈正文", len(rendered.text), limit("wecom_moments", "text_characters"), "个字")
    _within("朋友圈正文", byte_length(rendered.text), limit("wecom_moments", "text"), "字节")
    kinds = [kind for kind in (image_media_ids, video_media_id, link_cover_media_id) if kind]
    if len(kinds) > 1:
        raise InputError("朋友圈的图片、视频和链接只能选一种。", field="attachments")
    _within("朋友圈图片", len(image_media_ids), limit("wecom_moments", "images"), "张")
    attachments: list[Body] = [_image(media_id=media_id) for media_id in image_media_ids]
    if video_media_id:
        attachments.append({"msgtype": "video", "video": {"media_id": video_media_id}})
    if link_cover_media_id:
        if not rendered.link:
            raise InputError("这条内容没有可以附上的链接。", field="link")
        title = cut_to_bytes(rendered.title, limit("wecom_moments", "link_title"))
        attachments.append({"msgtype": "link", "link": {"title": title, "url": rendered.link, "media_id": link_cover_media_id}})
    body = _filled(rendered.text, attachments)
    senders = {"user_list": list(users), "department_list": list(departments)}
    visible: Body = {}
    if any(senders.values()):
        visible["sender_list"] = {name: values for name, values in senders.items() if values}
    if tags:
        visible["external_contact_list"] = {"tag_list": list(tags)}
    return body | ({"visible_range": visible} if visible else {})


def group_message(
    rendered: Rendered, *, sender: str, chats: Sequence[str] = (), image_media_ids: Sequence[str] = (), link_description: str = ""
) -> Body:
    """Body of `POST /cgi-bin/externalcontact/add_msg_template` to customer groups (official doc 92135).

    `chats` empty means all groups of the sender. Images go by media id where they were uploaded, else by address.
    Raises NotAllowed for a post that may not go out and InputError for what WeCom would refuse.
    """
    _allowed(rendered)
    if not sender:
        raise InputError("群发到客户群要写明发送成员。", field="sender")
    _within("客户群", len(chats), limit("wecom_group_message", "chats"), "个")
    _within("群发正文", byte_length(rendered.text), limit("wecom_group_message", "text"), "字节")
    if image_media_ids:
        attachments = [_image(media_id=media_id) for media_id in image_media_ids]
    else:
        attachments = [_image(pic_url=address) for address in rendered.images]
    if rendered.link:
        _within("链接", byte_length(rendered.link), limit("wecom_group_message", "link_url"), "字节")
        link = {"title": cut_to_bytes(rendered.title, limit("wecom_group_message", "link_title")), "url": rendered.link}
        if link_description:
            link["desc"] = cut_to_bytes(link_description, limit("wecom_group_message", "link_description"))
        attachments.append({"msgtype": "link", "link": link})
    _within("群发附件", len(attachments), limit("wecom_group_message", "attachments"), "个")
    body: Body = {"chat_type": "group", "sender": sender} | _filled(rendered.text, attachments)
    return body | ({"chat_id_list": list(chats)} if chats else {})


def robot_markdown(text: str) -> Body:
    """Body of a group robot's Markdown message; raises InputError over 4,096 UTF-8 bytes (errcode 40058 at WeCom)."""
    text = plain(text)
    _within("群机器人消息", byte_length(text), limit("wecom_robot", "markdown"), "字节")
    return {"msgtype": "markdown", "markdown": {"content": text}}


def _image(**address: str) -> Body:
    return {"msgtype": "image", "image": address}


def _filled(text: str, attachments: list[Body]) -> Body:
    if not text and not attachments:
        raise InputError("正文和附件不能都是空的。", field="text")
    return ({"text": {"content": text}} if text else {}) | ({"attachments": attachments} if attachments else {})


def _allowed(rendered: Rendered) -> None:
    if not rendered.exportable:
        raise NotAllowed(f"不能发给客户：{rendered.why_not}")


def _within(name: str, amount: int, most: int, unit: str) -> None:
    if amount > most:
        raise InputError(f"{name}有 {amount} {unit}，最多 {most} {unit}。")
