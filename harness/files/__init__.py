"""Reads the files that users write: YAML with line numbers, and complaints with the nearest valid word."""
