"""Read by every Python that has this folder on its path: each try to reach a network is refused and written down.

An audit hook sees every use of a socket, whichever library makes it; a swallowed error still leaves its line in the file.
"""

import os
import sys
from pathlib import Path

WATCHED = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto", "socket.sendmsg"}


def _refuse(event, arguments):
    if event not in WATCHED:
        return
    target = arguments[0] if event.startswith("socket.get") else arguments[1]
    if isinstance(target, str | bytes) and not event.startswith("socket.get"):
        return  # a local socket, named by a path
    with Path(os.environ["NETWORK_TRIES"]).open("a", encoding="utf-8") as tries:
        tries.write(f"{os.getpid()} {event} {target!r}\n")
    raise OSError(f"network is blocked: {event}")


sys.addaudithook(_refuse)
