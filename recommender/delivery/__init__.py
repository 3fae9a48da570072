"""Where content leaves the house: channel limits, renderers, WeCom bodies, the group robot and feeds."""
