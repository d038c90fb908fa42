"""The fixtures of the tutorial's contract: its package, installed, and a port for its wallet."""

from tutorial_run import port, tutorial

__all__ = ["port", "tutorial"]
