"""A request as the bytes on the wire, and its answer as a `requests` response."""

from __future__ import annotations

from typing import Any, TypeAlias

from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import InvalidURL
from requests.structures import CaseInsensitiveDict
from requests.utils import requote_uri

from harness.client.failure import ConfigurationError
from harness.client.route import Route
from harness.model import Loss, Message, Request, Transmission

_PATHS_REMEMBERED = 1_000

Headers: TypeAlias = tuple[tuple[str, str], ...]


class Outgoing(PreparedRequest):
    """A prepared request with its exact bytes, which `requests` itself does not record."""

    wire: bytes
    head_bytes: int
    """Index in `wire` where the body begins."""
    sent: Message
    loss: Loss | None = None


class Incoming(Response):
    """An answer with the transport's record of it.

    Further attributes of a `requests` response, such as cookies, are made at the first access. The harness uses none.
    """

    def __init__(self, transmission: Transmission, request: Outgoing) -> None:
        """The answer to that request."""
        self.transmission = transmission
        self.request = request

    def __getattr__(self, name: str) -> Any:
        """Make an attribute that does not exist yet. Raises AttributeError."""
        if "status_code" in self.__dict__ or name.startswith("__"):
            raise AttributeError(name)
        self._unfold()
        return getattr(self, name)

    def _unfold(self) -> None:
        known = dict(self.__dict__)
        message = self.transmission.received or Message(b"", b"")
        super().__init__()
        self.url = str(known["request"].url)
        self.status_code = message.status
        self.reason = message.head.partition(b"\r\n")[0].decode("latin-1").partition(" ")[2].partition(" ")[2]
        self.headers = CaseInsensitiveDict(message.headers)
        self.__dict__.update(known, _content=message.body)


class TransmissionFailed(RequestsConnectionError):
    """The adapter raises this form of a `requests` exception if there is no whole answer."""

    def __init__(self, transmission: Transmission, request: PreparedRequest) -> None:
        """Keep the transmission. Its failure is the message."""
        super().__init__(transmission.failure.detail if transmission.failure else "", request=request)
        self.transmission = transmission


class Writer:
    """Writes requests for one route: the caller's headers in their order, and the headers that HTTP needs."""

    def __init__(self, route: Route, user_agent: str) -> None:
        """Prepare the parts that are the same for every request."""
        self._route = route
        self._ours = (
            ("user-agent", user_agent),
            ("accept", "*/*"),
            ("accept-encoding", "gzip"),
            ("connection", "keep-alive"),
        )
        self._proxied = route.proxy is not None and not route.secure
        self._secret = route.proxy.authorization if route.proxy is not None and self._proxied else ""
        self._paths: dict[str, str] = {}

    def write(self, request: Request, loss: Loss | None = None) -> Outgoing:
        """A request below the route's base URL, ready to send. Raises ConfigurationError for an impossible header."""
        path = self._paths.get(request.path) or self._learn(request.path)
        outgoing = Outgoing()
        outgoing.method = request.method
        outgoing.url = self._route.origin + path
        outgoing.headers = CaseInsensitiveDict(request.headers)
        outgoing.body = request.body
        self._add_wire(outgoing, path, request.headers, request.body)
        outgoing.loss = loss
        return outgoing

    def adopt(self, prepared: PreparedRequest) -> Outgoing:
        """The outgoing form of a request that `requests` has prepared itself, as in `transport.session.post(url)`."""
        if not str(prepared.url).startswith(f"{self._route.origin}/"):
            raise InvalidURL(f"this session reaches {self._route.origin} and nothing else", request=prepared)
        outgoing = Outgoing()
        outgoing.__dict__.update(prepared.__dict__)
        body = prepared.body or b""
        if not isinstance(body, str | bytes):
            raise InvalidURL("this session sends bodies of bytes or text only", request=prepared)
        headers = tuple((_text(name), _text(value)) for name, value in prepared.headers.items())
        self._add_wire(outgoing, prepared.path_url, headers, body.encode() if isinstance(body, str) else body)
        return outgoing

    def _learn(self, path: str) -> str:
        if len(self._paths) > _PATHS_REMEMBERED:
            self._paths.clear()
        whole = self._paths[path] = requote_uri(self._route.path + path) or "/"
        return whole

    def _add_wire(self, outgoing: Outgoing, path: str, given: Headers, body: bytes) -> None:
        pairs = self._complete(given, body)
        target = self._route.origin + path if self._proxied else path
        lines = "".join([f"{name}: {value}\r\n" for name, value in pairs])
        text = f"{outgoing.method} {target} HTTP/1.1\r\n{lines}\r\n"
        if text.count("\r") != len(pairs) + 2 or text.count("\n") != len(pairs) + 2 or "\0" in text:
            raise ConfigurationError(_unsendable(pairs))
        try:
            head = text.encode("latin-1")
        except UnicodeEncodeError:
            head = text.encode("utf-8", "surrogatepass")
        hidden = wire = head
        if self._secret:
            wire = head[:-2] + f"Proxy-Authorization: {self._secret}\r\n\r\n".encode("latin-1")
            hidden = head[:-2] + b"Proxy-Authorization: (hidden)\r\n\r\n"
        outgoing.wire = wire + body
        outgoing.head_bytes = len(wire)
        outgoing.sent = Message(hidden, body, 0, tuple([(name.lower(), value) for name, value in pairs]))

    def _complete(self, given: Headers, body: bytes) -> list[tuple[str, str]]:
        """`Host`, then the caller's headers, then the other headers that are needed.

        A header of the caller's is never replaced.
        """
        names = {name.lower() for name, _ in given}
        pairs = [] if "host" in names else [("Host", self._route.authority)]
        pairs.extend(given)
        if "content-length" not in names:
            pairs.append(("Content-Length", str(len(body))))
        pairs.extend([pair for pair in self._ours if pair[0] not in names])
        return pairs


def _unsendable(pairs: list[tuple[str, str]]) -> str:
    # The message does not contain the value, because it may be a credential with a stray line break.
    name = next((name for name, value in pairs if set("\r\n\0") & set(name + value)), "")
    return (
        f"the header {name!a} cannot be sent: it holds a line break or a zero byte; check the credential it is made of"
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
