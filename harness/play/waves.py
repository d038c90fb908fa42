"""How many requests of a group are sent one by one, and how many in waves."""

from __future__ import annotations

from harness.scenario.plan import Group

MOST_ONE_BY_ONE = 200
"""The most credits of a group that are sent one by one. The rest is sent in waves, as large as those of races."""


def one_by_one(group: Group) -> int:
    """How many requests of a group are sent one after the other: all, or the first ones of very many different credits.

    The sum of many credits does not depend on the order of their arrival. Sending them one by one to a distant wallet
    takes long.
    """
    credits_alone = all(send.word in {"pay", "settle"} and send.step.word != "resend" for send in group.sends)
    different = len({bound.id for send in group.sends for bound in send.bound}) == len(group.sends)
    return MOST_ONE_BY_ONE if credits_alone and different else len(group.sends)
