"""Options that name players who exist in a running wallet, and their balances."""

from __future__ import annotations

from wallet_process import Running

from harness.model import GetBalance

LIMITS = ("rounds=20", "burst=30", "batch=30", "races=1")


def options(contract: str, players: list[dict[str, str]], wallet: Running) -> list[str]:
    """The options that certify the wallet by a contract with those players."""
    named = [
        f"--wallet-player=id={each['playerId']},currency={each['currency']},session={each['sessionId']},"
        f"expired_session={each['expiredSessionId']},token={each['authToken']}"
        for each in players
    ]
    limits = [f"--wallet-limit={each}" for each in LIMITS]
    url = f"--wallet-url=http://127.0.0.1:{wallet.port}/{contract}"
    return [url, f"--wallet-contract={contract}", *named, *limits, "-rs"]


def balances(wallet: Running, contract: str, players: list[dict[str, str]]) -> list[str]:
    """The balance of each player, as the wallet writes it."""
    asked = (GetBalance(player=each["playerId"], session=each["sessionId"]) for each in players)
    return [str(wallet.ask(contract, each)["balance"]) for each in asked]
