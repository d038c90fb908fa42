"""A transport adapter for `requests`. It records every byte and enforces its deadline on the socket."""

from __future__ import annotations

import time
from collections.abc import Mapping

from requests import PreparedRequest
from requests.adapters import HTTPAdapter

from harness.client.answer_reader import Answer
from harness.client.exchange import Times, exchange
from harness.client.failure import TransmissionError
from harness.client.loss import lose
from harness.client.outgoing import Incoming, Outgoing, TransmissionFailed, Writer
from harness.client.pool import Pool
from harness.model import Failure, Message, Transmission


class WalletAdapter(HTTPAdapter):
    """Sends requests to one wallet. It follows no redirect and sends nothing twice.

    TLS and proxy settings belong to the adapter, which ignores what `requests` passes to `send` about them. To stub the
    wallet with `responses`, name this method: `RequestsMock(target="harness.client.adapter.WalletAdapter.send")`. Only
    such a stub uses the inherited parts of this class.
    """

    def __init__(
        self, pool: Pool, writer: Writer, *, limit_bytes: int, time_out_seconds: float, loss_wait_seconds: float
    ) -> None:
        """Prepare to send the writer's requests over the pool's connections."""
        super().__init__()
        self._pool = pool
        self._writer = writer
        self._limit_bytes = limit_bytes
        self._time_out_seconds = time_out_seconds
        self._loss_wait_seconds = loss_wait_seconds

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is that of `requests`
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: str | bytes | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Incoming:
        """Send one request and return its answer. `timeout` limits the whole exchange, in seconds.

        Raises TransmissionFailed if there is no whole answer.
        """
        del stream, verify, cert, proxies
        outgoing = request if isinstance(request, Outgoing) else self._writer.adopt(request)
        times = Times(timeout if isinstance(timeout, int | float) else self._time_out_seconds)
        try:
            received = self._exchange(outgoing, times)
        except TransmissionError as error:
            raise TransmissionFailed(transmission(outgoing.sent, None, error.failure, times), request) from error
        return Incoming(transmission(outgoing.sent, received, None, times), outgoing)

    def _exchange(self, outgoing: Outgoing, times: Times) -> Message:
        answer = Answer(outgoing.method or "", self._limit_bytes)
        connection = self._pool.take(times.deadline)
        times.reused = connection.exchanges > 0
        try:
            if outgoing.loss is not None:
                lose(connection, outgoing, answer, times, self._loss_wait_seconds)
            exchange(connection, outgoing.wire, answer, times)
            message = answer.message()
        except BaseException as error:
            connection.close()
            if isinstance(error, TransmissionError):
                self._pool.note_failure(connection, error.failure, begun=answer.begun)
            answer.abandon()
            raise
        times.finished = time.monotonic_ns()
        if answer.reusable:
            self._pool.give_back(connection)
        else:
            connection.close()
        return message

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
        super().close()


def transmission(sent: Message, received: Message | None, failure: Failure | None, times: Times) -> Transmission:
    """The record of one exchange. Its end is now, unless it ended before."""
    return Transmission(
        sent,
        received,
        failure,
        times.started,
        times.released,
        times.first_byte,
        times.finished or time.monotonic_ns(),
        times.reused,
    )
