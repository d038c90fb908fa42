"""The address of a wallet: its base URL, and the proxy that the environment names."""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from requests.utils import get_environ_proxies, requote_uri, select_proxy

from harness.client.failure import ConfigurationError

_PORTS = {"http": 80, "https": 443}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A plain HTTP proxy. `authorization` is the value of its header. It is a secret and never recorded."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """The proxy's address, for a reader."""
        return f"the proxy {_authority(self.host, self.port)}"


@dataclass(frozen=True, slots=True)
class Route:
    """The parts of a wallet's base URL, and the proxy on the way to it, if any."""

    scheme: str
    host: str
    port: int
    path: str
    """The path of the base URL without a slash at its end: `/wallet`, or empty."""
    proxy: Proxy | None = None

    @property
    def secure(self) -> bool:
        """True if the URL uses TLS."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as a `Host` header writes them. The scheme's default port is left out."""
        return _authority(self.host, None if self.port == _PORTS[self.scheme] else self.port)

    @property
    def origin(self) -> str:
        """The URL without its path: `http://127.0.0.1:8080`."""
        return f"{self.scheme}://{self.authority}"

    @property
    def where(self) -> str:
        """The wallet's address, for a reader."""
        return _authority(self.host, self.port)

    @property
    def tunnel(self) -> str:
        """The target of a tunnel through a proxy: always host and port."""
        return _authority(self.host, self.port)


def route_to(base_url: str) -> Route:
    """The route to a wallet.

    Proxies come from the environment, read once. Raises ConfigurationError for an impossible URL.

    A wallet on this machine (`localhost`, a loopback address) is never reached through a proxy. A proxy elsewhere could
    not reach it, and a CI machine with `HTTP_PROXY` set must still reach the bundled wallet.
    """
    parts, host, port = _take_apart(base_url, f"the wallet's URL {_shown(base_url)}")
    if parts.scheme not in _PORTS:
        raise ConfigurationError(f"the wallet's URL {_shown(base_url)} must begin with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "the wallet's URL must not hold a user name or password: give credentials through the environment"
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"the wallet's URL {_shown(base_url)} must end with its path: drop the ? or # part")
    route = Route(parts.scheme, host, port or _PORTS[parts.scheme], requote_uri(parts.path.rstrip("/")))
    return route if is_loopback(host) else Route(route.scheme, host, route.port, route.path, _proxy_for(route))


def _take_apart(url: str, what: str) -> tuple[SplitResult, str, int | None]:
    if _FORBIDDEN.search(url):
        raise ConfigurationError(f"{what} holds a space or a control character: remove it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{what} has no valid host and port: write http://host:port/path") from error
    if not parts.hostname or port == 0:
        raise ConfigurationError(f"{what} has no valid host and port: write http://host:port/path")
    try:
        host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ConfigurationError(f"{what} has a host name that is not valid: check its spelling") from error
    return parts, host, port


def _proxy_for(route: Route) -> Proxy | None:
    found = select_proxy(route.origin, get_environ_proxies(route.origin))
    if not found:
        return None
    url = found if "://" in found else f"http://{found}"
    parts, host, port = _take_apart(url, "the proxy that the environment names")
    if parts.scheme != "http":
        raise ConfigurationError(
            f"the proxy that the environment names speaks {parts.scheme}, only http:// proxies are supported: "
            "name another in HTTP_PROXY and HTTPS_PROXY, or except the wallet in NO_PROXY"
        )
    authorization = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    return Proxy(host, port or 80, authorization)


def is_loopback(host: str) -> bool:
    """True for a host name or an IP address of this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _authority(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def _shown(url: str) -> str:
    """A URL for an error message, without the part before an @, which could be a password."""
    head, separator, tail = url.rpartition("@")
    return repr(tail if separator else head + tail)
