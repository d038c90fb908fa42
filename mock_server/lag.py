"""How far the balances that a request reads are behind the books."""

from __future__ import annotations

from contextvars import ContextVar

LAG_MS: ContextVar[int] = ContextVar("lag", default=0)
"""For the current request, in milliseconds. 0 reads the books as they are."""
