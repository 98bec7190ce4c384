"""Runs the HTTP application. Without keys it listens on this machine alone."""

from __future__ import annotations

import ipaddress

from api.settings import Settings
from store.errors import InvalidInput


def require_loopback(host: str) -> None:
    """Raise `InvalidInput` if others could reach the server: it has no keys yet."""
    try:
        is_local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise InvalidInput(
            f"Without keys Viscite serves this machine only, and '{host}' is open to others. Use --host 127.0.0.1, "
            "and put a proxy that asks for a password in front of it."
        )


def serve(settings: Settings) -> None:
    """Serve until stopped."""
    import uvicorn

    from api.app import create_app
    from api.service import Viscite

    require_loopback(settings.host)
    uvicorn.run(create_app(Viscite(settings)), host=settings.host, port=settings.port, log_level="info")
