"""A small real server that speaks OpenAI's chat protocol on loopback, as scripted by a test."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[dict[str, Any]], Iterable[str]]


@dataclass
class OpenAIServer:
    """Replies with what `script` makes of a request, a piece an event. `requests` holds what was asked."""

    script: Script = lambda request: ["Hello."]
    refuse: Callable[[dict[str, Any]], int] = lambda request: 200
    break_off: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left_at: float = 0.0
    address: str = ""


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    """The server while it runs, on a port of its own."""
    state = OpenAIServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.address = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def _handler(state: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(request)
            state.keys.append(self.headers.get("Authorization", ""))
            status = state.refuse(request)
            if status != 200:
                body = json.dumps({"error": {"message": "secret words", "type": "refused"}}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for piece in state.script(request):
                    self._send({"content": piece})
                if not state.break_off:
                    self._send({}, "stop")
                    self.wfile.write(b"data: [DONE]\n\n")
                else:
                    self.wfile.write(b'data: {"id": "x", "choi\n\n')
            except OSError:
                state.left_at = time.monotonic()

        def _send(self, delta: dict[str, str], finish: str | None = None) -> None:
            chunk = {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "test",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests print what they need."""

    return Handler
