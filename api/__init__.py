"""Doors onto the library: JSON routes, pages for editors, feeds and the command line."""
