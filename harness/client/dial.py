"""Opens connections to a wallet: name, address, proxy and TLS, all under one deadline."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import time

from urllib3.util import wait

from harness.client.connection import Connection
from harness.client.failure import TransmissionError, unreachable, untrusted
from harness.client.names import Address, Names
from harness.client.route import Proxy, Route
from harness.inert import clipped
from harness.model import FailureKind

_PROXY_HEAD_LIMIT_BYTES = 16 * 1024
_UNDERWAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}


def connect(route: Route, tls: ssl.SSLContext | None, names: Names, deadline_ns: int) -> Connection:
    """A new connection to the wallet, with the proxy and TLS that the route needs.

    Raises TransmissionError, which always states that nothing was sent.
    """
    host, port, where = (
        (route.proxy.host, route.proxy.port, route.proxy.where)
        if route.proxy is not None
        else (route.host, route.port, route.where)
    )
    connected, round_trip_ns = _connect_any(names.resolve(host, port, deadline_ns), where, deadline_ns)
    plain = Connection(connected, where, round_trip_ns)
    if tls is None:
        return plain
    try:
        if route.proxy is not None:
            _open_tunnel(plain, route, route.proxy, deadline_ns)
        return Connection(_handshake(connected, route, tls, deadline_ns), route.where, round_trip_ns)
    except BaseException:
        connected.close()
        raise


def _connect_any(addresses: list[Address], where: str, deadline_ns: int) -> tuple[socket.socket, int]:
    failed: OSError = TimeoutError()
    for index, address in enumerate(addresses):
        started_ns = time.monotonic_ns()
        # Each address gets a share of the time, so that one that never answers leaves time for the others.
        share_ns = max(0, deadline_ns - started_ns) // (len(addresses) - index)
        try:
            connected = _connect_one(address, started_ns + share_ns)
        except OSError as error:
            failed = error
        else:
            return connected, time.monotonic_ns() - started_ns
    if isinstance(failed, TimeoutError):
        detail = f"{where} did not accept a connection in time: check the address, and firewalls on the way"
        raise TransmissionError(FailureKind.TIME_OUT, detail, never_sent=True)
    raise unreachable(where, failed) from failed


def _connect_one(address: Address, deadline_ns: int) -> socket.socket:
    family, protocol, to = address
    connected = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        connected.setblocking(False)
        _finish_connecting(connected, connected.connect_ex(to), deadline_ns)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connected.close()
        raise
    return connected


def _finish_connecting(connected: socket.socket, code: int, deadline_ns: int) -> None:
    if code in _UNDERWAY:
        _wait_for(connected, deadline_ns, write=True)
        code = connected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _wait_for(connected: socket.socket, deadline_ns: int, *, write: bool) -> None:
    left_ns = deadline_ns - time.monotonic_ns()
    if left_ns <= 0 or not wait.wait_for_socket(connected, not write, write, left_ns / 1e9):
        raise TimeoutError


def _handshake(connected: socket.socket, route: Route, tls: ssl.SSLContext, deadline_ns: int) -> ssl.SSLSocket:
    secured = tls.wrap_socket(connected, server_hostname=route.host, do_handshake_on_connect=False)
    try:
        while (write := _shake(secured)) is not None:
            _wait_for(secured, deadline_ns, write=write)
    except BaseException as error:
        secured.close()
        if isinstance(error, TimeoutError):
            detail = f"{route.where} did not finish the TLS handshake in time"
            raise TransmissionError(FailureKind.TIME_OUT, detail, never_sent=True) from error
        if isinstance(error, ssl.SSLError):
            raise untrusted(route.where, error) from error
        if isinstance(error, OSError):
            raise unreachable(route.where, error) from error
        raise
    return secured


def _shake(secured: ssl.SSLSocket) -> bool | None:
    """Continue the handshake. Returns None when it is done, True if it waits to write, False if it waits to read."""
    try:
        secured.do_handshake()
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLWantWriteError:
        return True
    return None


def _open_tunnel(connection: Connection, route: Route, proxy: Proxy, deadline_ns: int) -> None:
    lines = [f"CONNECT {route.tunnel} HTTP/1.1", f"Host: {route.tunnel}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    where = connection.where
    try:
        connection.send_some("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = _proxy_answer(connection, deadline_ns)
    except OSError as error:
        raise unreachable(where, error) from error
    status = head.partition(b"\r\n")[0].decode("latin-1")
    parts = status.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].startswith("2"):
        detail = f"{where} refused to connect to {route.tunnel}: it answered {clipped(status, 80)!a}"
        raise TransmissionError(FailureKind.UNREACHABLE, detail, never_sent=True)


def _proxy_answer(connection: Connection, deadline_ns: int) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not connection.wait(deadline_ns, read=True):
            detail = f"{connection.where} did not open a tunnel in time"
            raise TransmissionError(FailureKind.TIME_OUT, detail, never_sent=True)
        data = connection.receive()
        if data == b"" or len(head) > _PROXY_HEAD_LIMIT_BYTES:
            raise TransmissionError(
                FailureKind.UNREACHABLE, f"{connection.where} gave no usable answer to CONNECT", never_sent=True
            )
        head += data or b""
    return head
