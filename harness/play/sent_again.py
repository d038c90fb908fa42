"""How often requests were sent again, and how long a run has waited, in words."""

from __future__ import annotations


def sent_again(requests: int, waited_ms: int) -> str:
    """The sentence for reports; empty if nothing was sent again and nothing was waited for. A waiting is in ms."""
    parts = []
    if requests:
        were = "request was" if requests == 1 else "requests were"
        parts.append(
            f"{requests:,} {were} sent again: a kept connection closed without an answer, the wallet asked for a later "
            "request, or it was away"
        )
    if waited_ms:
        parts.append(f"{waited_ms / 1000:.1f} s were waited for the wallet")
    return "; ".join(parts)
