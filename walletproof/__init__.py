"""The name of the distribution as a package, for `python -m walletproof`. The code is in `harness`."""

from harness import __version__

__all__ = ["__version__"]
