"""The library and everything that understands, finds, matches and delivers its content."""
