"""An address to serve a page on: whether it is free, and whether other machines reach it."""

import errno
import socket
from ipaddress import ip_address

from corpus.errors import GroundedError


def reachable(host: str, port: int) -> bool:
    """Return whether other machines reach the address; raises GroundedError where no page can be served on it."""
    try:
        with socket.create_server((host, port)) as server:
            return not ip_address(server.getsockname()[0]).is_loopback
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        taken = f"Port {port} on {host} is not free ({why}). Choose another one: python ui.py --port {port % 65535 + 1}"
        closed = f"The page cannot be served on {host}, port {port} ({why}). Check the address."
        raise GroundedError(taken if error.errno == errno.EADDRINUSE else closed) from error
