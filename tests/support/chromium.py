"""Controls headless Chromium over a pipe: opens a page, runs scripts, takes pictures, and reads its errors.

The protocol is that of DevTools: JSON messages that end with a zero byte, on file descriptors 3 and 4.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The path of the browser's program, or None if there is none."""
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --remote-debugging-pipe --hide-scrollbars --disable-dev-shm-usage"
)


class Page:
    """One page in one browser process."""

    def __init__(self, folder: Path) -> None:
        """Start the browser with `folder` as its profile."""
        down, self._write = os.pipe()
        self._read, up = os.pipe()
        command = [str(CHROMIUM), *_FLAGS.split(), f"--user-data-dir={folder}", "about:blank"]
        # This process may already use the numbers 3 and 4. So another Python process puts the pipes there.
        high_down, high_up = fcntl.fcntl(down, fcntl.F_DUPFD, 50), fcntl.fcntl(up, fcntl.F_DUPFD, 50)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _MOVE.format(high_down, high_up), *command],
            pass_fds=(high_down, high_up),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (down, up, high_down, high_up):
            os.close(each)
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        targets = self._ask("Target.getTargets", {}, session="")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self._ask("Target.attachToTarget", {"targetId": page, "flatten": True}, session="")["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._ask(f"{domain}.enable", {})

    def __enter__(self) -> Self:
        """The page."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def open(self, path: Path) -> None:
        """Load a file and wait until it is loaded."""
        self.events.clear()
        self._ask("Page.navigate", {"url": path.as_uri()})
        while not any(each["method"] == "Page.loadEventFired" for each in self.events):
            self._receive()

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        told = self._ask("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def looks(self, *, dark: bool = False, printed: bool = False, width: int = 1200, height: int = 900) -> None:
        """Set colours and size, and whether the page is shown as it prints."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", {"features": [scheme], "media": "print" if printed else ""})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", size)

    def press(self, key: str, text: str = "") -> None:
        """Press and release a key, by its name in DOM events. `text` is what it types."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        values = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
        typed = {"text": text} if text else {}
        self._ask("Input.dispatchKeyEvent", {"type": "keyDown", **values, **typed})
        self._ask("Input.dispatchKeyEvent", {"type": "keyUp", **values})

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write a picture of the page, or of what is visible of it, to a PNG file."""
        told = self._ask("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(told["data"]))

    def printed(self, path: Path) -> None:
        """Write the page as it prints to a PDF file."""
        self._ask("Emulation.setEmulatedMedia", {"media": ""})
        self._ask("Emulation.clearDeviceMetricsOverride", {})
        told = self._ask("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
        path.write_bytes(base64.b64decode(told["data"]))

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """The errors of scripts, and the messages in the console."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [each for each in self.events if each["method"] in kinds]

    @property
    def requests(self) -> list[str]:
        """Every address that the page has asked for."""
        sent = [each for each in self.events if each["method"] == "Network.requestWillBeSent"]
        return [str(each["params"]["request"]["url"]) for each in sent]

    def _ask(self, method: str, parameters: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            told = self._receive()
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._read, 1 << 20)
            assert data, "the browser has ended"
            self._rest += data
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text, parse_float=Decimal)
        if "method" in message:
            self.events.append(message)
        return message


_MOVE = "import os, sys; os.dup2({}, 3); os.dup2({}, 4); os.execv(sys.argv[1], sys.argv[1:])"
