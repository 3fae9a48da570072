"""The `zhongcao` command. Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 done in part, 130 interrupted."""

from __future__ import annotations

import click

from api.cli import creators, delivering, filling, finding, judging, service, watching
from api.cli.output import Problems


@click.group(cls=Problems, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="zhongcao", prog_name="zhongcao")
def main() -> None:
    """Find good content, and match it to the customers.

    \b
    First steps:
      zhongcao run                       sample library, index, service and page
      zhongcao import notes.json         your own notes, from an export file
      zhongcao search "防晒 -喷雾"         what the library has on it
      zhongcao doctor                    what is set up and what is missing

    Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 done in part, 130 interrupted.
    """


for module in (service, filling, watching, creators, finding, delivering, judging):
    for command in module.COMMANDS:
        main.add_command(command)
for command in watching.SOURCE_COMMANDS:
    filling.sources.add_command(command)
