"""Plays a scenario against a wallet and records what happened: players, pre-flight, runner. It never judges."""
