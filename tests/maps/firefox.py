"""
Debian's Firefox over WebDriver BiDi: enough of it to open a page, hear what it says, and ask it something.

Playwright drives a Firefox of its own only, which no package archive carries. This speaks the protocol that Firefox itself
serves (W3C, WebDriver BiDi, https://www.w3.org/TR/webdriver-bidi/) over a web socket (RFC 6455) on this machine.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

FIREFOX = Path("/usr/bin/firefox-esr")
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.enabled": False,
    "network.proxy.type": 1,
    # Every request that leaves the machine ends at a port that nobody serves: the page must do without.
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}


class Firefox:
    """A headless Firefox with one page; ``complaints`` are console messages and errors, ``requests`` what the page asks for."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tongtu-firefox-", ignore_cleanup_errors=True)
        profile = Path(self._folder.name)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines) + "\n")
        command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        environment = os.environ | {"MOZ_CRASHREPORTER_DISABLE": "1", "HOME": str(profile), "LANG": "zh_CN.UTF-8"}
        self._process = subprocess.Popen(
            [*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True
        )
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._next = 0
        port = self._port()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._greet(port)
        self.call("session.new", capabilities={})
        self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def _port(self) -> int:
        assert self._process.stderr is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = re.search(r"ws://127\.0\.0\.1:(\d+)", self._process.stderr.readline())
            if found:
                return int(found[1])
        message = "Firefox did not say where it listens"
        raise TimeoutError(message)

    def _greet(self, port: int) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /session HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._socket.recv(1)
        assert b" 101 " in answer.split(b"\r\n")[0], answer

    def _send(self, text: str) -> None:
        data, mask = text.encode(), os.urandom(4)
        # The shortest of the three forms of a length is the only one allowed.
        if len(data) < 126:
            length = bytes([0x80 | len(data)])
        elif len(data) < 65_536:
            length = bytes([0x80 | 126]) + struct.pack(">H", len(data))
        else:
            length = bytes([0x80 | 127]) + struct.pack(">Q", len(data))
        self._socket.sendall(b"\x81" + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                message = "Firefox hung up"
                raise ConnectionError(message)
            data += part
        return data

    def _receive(self) -> dict[str, Any]:
        text = b""
        while True:
            first, second = self._exactly(2)
            length = second & 127
            if length == 126:
                length = struct.unpack(">H", self._exactly(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._exactly(8))[0]
            data = self._exactly(length)
            if first & 15 in (0, 1):
                text += data
                if first & 128:
                    found: dict[str, Any] = json.loads(text)
                    return found

    def call(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result; what happens meanwhile is noted."""
        self._next += 1
        self._send(json.dumps({"id": self._next, "method": method, "params": parameters}))
        while True:
            said = self._receive()
            if said.get("id") == self._next:
                assert said["type"] == "success", said
                return said["result"]
            if said.get("method") == "log.entryAdded":
                self.complaints.append(f"{said['params']['level']}: {said['params']['text']}")
            elif said.get("method") == "network.beforeRequestSent":
                self.requests.append(said["params"]["request"]["url"])

    def open(self, path: Path, *, width: int = 1280, height: int = 800) -> None:
        """Open a file and wait until its map is drawn."""
        self.call("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})
        self.call("browsingContext.navigate", context=self.context, url=path.as_uri(), wait="complete")
        self.ask(
            "(async () => { while (!document.body.dataset.ready && !document.body.classList.contains('failed'))"
            " await new Promise((done) => setTimeout(done, 50)); return 1; })()"
        )

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page, by way of JSON."""
        result = self.call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"].get("value", "null"))

    def picture(self) -> bytes:
        """Return a screenshot, PNG."""
        return base64.b64decode(self.call("browsingContext.captureScreenshot", context=self.context)["data"])

    def __enter__(self) -> Firefox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=15)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=15)
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._folder.cleanup()
