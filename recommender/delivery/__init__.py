"""Where content leaves the house: channel limits, renderers, WeCom bodies, the group robot and feeds."""

from recommender.delivery.rendering import Rendered, render
from recommender.delivery.robot import GroupRobot
from recommender.delivery.split import split_markdown

__all__ = ["GroupRobot", "Rendered", "render", "split_markdown"]
