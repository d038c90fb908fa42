"""The signal of the controller of xdist that the epilogues of its processes may begin."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Go:
    """The file by which the controller lets the epilogues of its processes begin."""

    path: str

    @classmethod
    def new(cls) -> Go:
        """A file that does not exist yet, in a folder of its own."""
        return cls(str(Path(tempfile.mkdtemp(prefix="walletproof-")) / "epilogue"))

    def say(self, restarts: int, failure: str = "") -> None:
        """Let them begin. `failure` is the reason why the wallet could not be restarted."""
        Path(self.path).write_text(json.dumps({"restarts": restarts, "failure": failure}), encoding="utf-8")

    def said(self) -> tuple[int, str] | None:
        """The number of restarts and the failure. None if the epilogues must not begin."""
        try:
            data = json.loads(Path(self.path).read_text(encoding="utf-8"), parse_float=Decimal)
        except OSError:
            return None
        return int(data["restarts"]), str(data["failure"])

    def remove(self) -> None:
        """Delete the file and its folder."""
        Path(self.path).unlink(missing_ok=True)
        Path(self.path).parent.rmdir()
