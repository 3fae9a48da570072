"""The closed vocabularies of the trade; each member carries its Chinese term."""

from enum import StrEnum


class ContentType(StrEnum):
    """What a post does for its reader."""

    PERSONA = "persona"  # 人设型
    SEEDING = "seeding"  # 种草型
    SERVICE = "service"  # 服务型


class Platform(StrEnum):
    """Where a content was published."""

    XHS = "xhs"  # 小红书
    WEIBO = "weibo"  # 微博
    WECHAT = "wechat"  # 公众号
    DOUYIN = "douyin"  # 抖音
    KUAISHOU = "kuaishou"  # 快手
    BILIBILI = "bilibili"  # B站
    ZHIHU = "zhihu"  # 知乎
    WEB = "web"  # 网页


class MediaKind(StrEnum):
    """What a content mainly shows."""

    IMAGE = "image"  # 图文
    VIDEO = "video"  # 视频
    TEXT = "text"  # 纯文字


class Rights(StrEnum):
    """What we may do with a content."""

    OWNED = "owned"  # 自有
    AUTHORISED = "authorised"  # 已授权
    REFERENCE = "reference"  # 仅供参考
    UNKNOWN = "unknown"  # 未知
    TAKEN_DOWN = "taken_down"  # 已下架


class ComplianceLevel(StrEnum):
    """The worst finding of a text. BLOCK gates export, never reading."""

    OK = "ok"  # 通过
    INFO = "info"  # 提示
    WARN = "warn"  # 警告
    BLOCK = "block"  # 禁止


class Channel(StrEnum):
    """Where a content goes."""

    MOMENTS = "moments"  # 朋友圈
    GROUP = "group"  # 社群


class GroupType(StrEnum):
    """The kinds of customer groups."""

    GENERAL = "general"  # 综合群
    CATEGORY = "category"  # 类目群
    FLASH = "flash"  # 快闪群
    VIP = "vip"  # vip群
    NEIGHBOURHOOD = "neighbourhood"  # 小区群


class CreatorTier(StrEnum):
    """Reach of a creator, by followers."""

    HEAD = "head"  # 头部
    SHOULDER = "shoulder"  # 腰部
    KOC = "koc"  # KOC
    ORDINARY = "ordinary"  # 素人


class EventKind(StrEnum):
    """What happened to a content that was sent or shown, or what an editor did with it."""

    EXPOSURE = "exposure"  # 曝光
    VIEW = "view"  # 浏览
    CLICK = "click"  # 点击
    LIKE = "like"  # 点赞
    COMMENT = "comment"  # 评论
    COLLECT = "collect"  # 收藏
    ORDER = "order"  # 下单
    HIDE = "hide"  # 屏蔽
    COMPLAINT = "complaint"  # 投诉
    LEAVE_GROUP = "leave_group"  # 退群
    ADOPT = "adopt"  # 采用
    EDIT = "edit"  # 改写
    SKIP = "skip"  # 跳过
    SENT = "sent"  # 已发送


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"  # 订阅源
    PAGE = "page"  # 网页
    SITEMAP = "sitemap"  # 网站地图


class WatchKind(StrEnum):
    """What a watch-list follows."""

    CATEGORY = "category"  # 品类
    BRAND = "brand"  # 品牌
    CREATOR = "creator"  # 达人


class JobState(StrEnum):
    """Where a crawl job stands."""

    QUEUED = "queued"  # 排队
    RUNNING = "running"  # 进行中
    DONE = "done"  # 完成
    FAILED = "failed"  # 失败


class DeliveryState(StrEnum):
    """Where a line of the ledger stands. SENDING without an end means: a crash came between send and mark."""

    PENDING = "pending"  # 待发
    SENDING = "sending"  # 发送中
    SENT = "sent"  # 已发
    FAILED = "failed"  # 失败
