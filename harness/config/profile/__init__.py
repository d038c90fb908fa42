"""The profile of a wallet under test: `wallet.yaml`, read with every complaint about it at once.

The file is inert: scalars are read as text, and the only thing that is filled in is a value that is nothing but
`${VARIABLE}`, from the environment. docs/PROFILE.md explains every key to operators, `schemas/profile.json` to editors.
"""

from harness.config.profile.file import KEYS, load_profile
from harness.config.profile.limit_kinds import LIMITS, LimitKind
from harness.config.profile.reader import Overrides, ProfileError
from harness.config.profile.shape import ContractProfile, PlayerProfile, Profile, TlsProfile, Value

__all__ = [
    "KEYS",
    "LIMITS",
    "ContractProfile",
    "LimitKind",
    "Overrides",
    "PlayerProfile",
    "Profile",
    "ProfileError",
    "TlsProfile",
    "Value",
    "load_profile",
]
