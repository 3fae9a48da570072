"""Measurements of what comes in, each on any folder of its format, beside a plain baseline where there is one."""
