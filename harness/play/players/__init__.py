"""The sources of a run's players: made on demand by an address or a command, or named by the user.

A player serves one scenario at a time. Names and ids come from a seeded source, so that a run can be repeated. Every id
contains the run's id, so that an operator can find it in the wallet's logs. docs/PLAYERS.md explains this to operators.
"""

from harness.play.players.balance_probe import zero_read
from harness.play.players.command_players import CommandPlayers
from harness.play.players.made import MadePlayers, player_of
from harness.play.players.provisioned import ProvisionedPlayers, Send
from harness.play.players.purse import Purse
from harness.play.players.shared_players import SharedPlayers, share_for
from harness.play.players.source import BYSTANDER, NoPlayer, Players, ProvisioningFailed
from harness.play.players.static import StaticPlayers

__all__ = [
    "BYSTANDER",
    "CommandPlayers",
    "MadePlayers",
    "NoPlayer",
    "Players",
    "ProvisionedPlayers",
    "ProvisioningFailed",
    "Purse",
    "Send",
    "SharedPlayers",
    "StaticPlayers",
    "player_of",
    "share_for",
    "zero_read",
]
