"""What is wrong with a command as it was typed, in one Chinese sentence; the command line library says it in English."""

from __future__ import annotations

from typing import Any

import click


def sentence(error: click.UsageError) -> str:
    """The option or argument that is wrong and what is expected of it. What our own code says is kept."""
    if error.message and not error.message[0].isascii():
        return error.message
    if isinstance(error, click.MissingParameter):
        return f"缺少{_named(error.param)}。"
    if isinstance(error, click.NoSuchOption):
        meant = f"，是不是 {'、'.join(error.possibilities)}？" if error.possibilities else "。"
        return f"没有 {error.option_name} 这个选项{meant}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_named(error.param)} 不对：{_expected(error.param.type, error.message)}。"
    if error.message.startswith("No such command"):
        return f"没有 {error.message.removeprefix('No such command').strip(' .')} 这个命令。"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 用得不对：后面应跟一个值，或者不该有值。"
    if error.message.startswith("Got unexpected extra argument"):
        return f"多出了参数 {error.message.partition('(')[2].rstrip(')')}。"
    return error.format_message()


def _named(param: click.Parameter | None) -> str:
    if param is None:
        return "一个参数"
    return f"参数 {param.human_readable_name.upper()}" if isinstance(param, click.Argument) else f"选项 {max(param.opts, key=len)}"


def _expected(kind: click.ParamType[Any], message: str) -> str:
    if isinstance(kind, click.Choice):
        return f"应为 {'、'.join(str(choice) for choice in kind.choices)} 之一"
    if isinstance(kind, click.IntRange):
        low, high = kind.min, kind.max
        return f"应为 {low} 到 {high} 的整数" if high is not None else f"应为不小于 {low} 的整数"
    if isinstance(kind, click.DateTime):
        return "应为日期，例如 2026-07-01"
    if isinstance(kind, click.Path):
        path = message.partition("'")[2].rpartition("'")[0]
        return f"{path} 应是一个读得到的{'文件或文件夹' if kind.file_okay and kind.dir_okay else '文件' if kind.file_okay else '文件夹'}"
    if kind is click.INT:
        return "应为整数"
    return "值读不懂"
