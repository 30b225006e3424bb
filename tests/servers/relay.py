"""A connection to a server that breaks at the worst moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

_SIZE: Final = 1 << 16


class Relay:
    """Hands on what a server and its clients say to each other, until it is told to lose an answer.

    Args:
        port: Where the server listens, on 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lose: bytes | None = None
        self.lost = 0
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer_to(self, said: bytes) -> None:
        """Of the next thing with these bytes that a client says, the server hears, and the client hears no more."""
        self._lose = said

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server:
            threading.Thread(target=self._hand_on, args=(server, client), daemon=True).start()
            with suppress(OSError):
                while said := client.recv(_SIZE):
                    if self._lose is not None and self._lose in said:
                        self._lose = None
                        client.shutdown(socket.SHUT_RDWR)  # the other thread cannot hand on the answer now
                        self.lost += 1
                        server.sendall(said)
                        server.shutdown(socket.SHUT_WR)
                        while server.recv(_SIZE):  # until the server has done it, and closed the connection
                            pass
                        return
                    server.sendall(said)

    def _hand_on(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(_SIZE):
                client.sendall(answer)


@contextmanager
def relay_to(port: int) -> Generator[Relay]:
    """A relay to a server of this machine, while the block runs."""
    relay = Relay(port)
    try:
        yield relay
    finally:
        relay.close()
