"""Reads the profile of a wallet under test, `wallet.yaml`, and collects all complaints about it.

All scalars are read as text. A value that consists only of `${VARIABLE}` is replaced by the value of that environment
variable. docs/PROFILE.md explains every key to operators, `schemas/profile.json` to editors.
"""

from harness.config.profile.contracts import complaint_about_url
from harness.config.profile.file import KEYS, load_profile
from harness.config.profile.limit_kinds import LIMITS, LimitKind
from harness.config.profile.people import complaint_about_currency
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
    "complaint_about_currency",
    "complaint_about_url",
    "load_profile",
]
