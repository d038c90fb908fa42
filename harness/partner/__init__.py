"""The mock partner: a platform over whole days, with its clock, its retries and its record of open bets.

A scenario tests one thing. The partner plays whole days: several players bet, answers are lost and requests repeated.
The night job settles unpaid bets, and wrong results are corrected. The oracle then judges every message, as it does in
a scenario.
"""

from __future__ import annotations

from harness.partner.days import Day, Habits, NoPartner, live_through
from harness.partner.line import ConnectionQuality

__all__ = ["ConnectionQuality", "Day", "Habits", "NoPartner", "live_through"]
