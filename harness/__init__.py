"""walletproof: certifies an operator's seamless wallet against the contract of its platform."""

__version__ = "0.1.0"
