"""How long a test waits for what has to happen."""

PATIENCE_SECONDS = 120
"""Only a hang lasts this long, so a slow or busy machine fails no test. No test waits until it is over."""
