"""Runs a scenario against a wallet and records every exchange. It contains the players, the pre-flight and the runner.

No code here judges the wallet.
"""
