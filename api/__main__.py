"""`python -m api` is the `zhongcao` command."""

from api.cli import main

main(prog_name="zhongcao")
