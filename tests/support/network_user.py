"""A builder for the models' process that reaches for the network while it loads."""

import socket


def reach() -> object:
    return socket.create_connection(("192.0.2.1", 80), timeout=1)
