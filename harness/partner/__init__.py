"""The mock partner: the platform on an ordinary day, with its clock, its retries and its memory of what is owed.

Scenarios ask one question each. The partner lives through days: a crowd plays, answers are lost and asked for again,
the night job collects what was left unpaid, a wrong result is taken back. The oracle judges every message of it
afterwards, as it judges those of a scenario.
"""

from __future__ import annotations

from harness.partner.days import Day, Habits, NoPartner, live_through
from harness.partner.line import Weather

__all__ = ["Day", "Habits", "NoPartner", "Weather", "live_through"]
