"""Toolshed: neighbours lend each other tools."""
