"""Where the players of a run come from: made on demand, by an address or a command, or named by the user.

A player serves one scenario at a time. Names and ids come from a seeded source, so that a run can be repeated, and
every id carries the run's id, so that an operator can find it in its logs. docs/PLAYERS.md has it for the operator.
"""

from harness.players.command import CommandPlayers
from harness.players.identities import Identities
from harness.players.made import MadePlayers, player_of
from harness.players.provisioned import ProvisionedPlayers, Send
from harness.players.purse import Purse
from harness.players.shares import SharedPlayers, share_for, shares_of
from harness.players.source import BYSTANDER, Needs, NoPlayer, Players, ProvisioningFailed
from harness.players.static import StaticPlayers
from harness.players.zero import DEFAULT_GAME, zero_read

__all__ = [
    "BYSTANDER",
    "DEFAULT_GAME",
    "CommandPlayers",
    "Identities",
    "MadePlayers",
    "Needs",
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
    "shares_of",
    "zero_read",
]
