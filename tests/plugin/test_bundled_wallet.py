"""The wallet that a run starts itself: nothing of the user's own wallet reaches it."""

from __future__ import annotations

import http.client
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.plugin.bundled_wallet import BundledWallet


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "postgresql://127.0.0.1:1/books"])
def test_its_books_are_not_in_the_store_of_the_user(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_STORE", form.format(tmp_path / "books.db"))
    bundled = BundledWallet()
    try:
        address = urlsplit(bundled.address(["casino"]).provision_url)
        with closing(http.client.HTTPConnection(address.netloc)) as client:
            token = {"authorization": f"Bearer {bundled.provision_token}"}
            client.request("POST", address.path, b'{"contract": "casino", "currency": "EUR"}', token)
            assert client.getresponse().status == 200
    finally:
        bundled.stop()
    assert not list(tmp_path.iterdir())
