"""A model hub on this computer: its protocol, and its faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_API = re.compile(r"/api/models/([^/]+/[^/]+)/revision/(.+)")
_FILE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


@dataclass
class Request:
    """One question that the server was asked."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Hub:
    """What the server holds, and how it misbehaves.

    Attributes:
        url: Its address.
        repositories: Name to files.
        revisions: Names that stand for `COMMIT`.
        licence: What every repository's page says of its licence.
        asked: All requests so far, in order.
        large: File names that are stored as large files, with a SHA-256.
        cut: File name to the number of bytes after which connections end, one number
            for each connection.
        corrupt: Files whose last byte is sent wrong.
        said: File name to the SHA-256 that the hub claims.
        refused: Status and error code for everything.
        ranges: Whether parts of files can be asked for.
        redirect: Whether large files lie at another address.
    """

    url: str = ""
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    revisions: set[str] = field(default_factory=lambda: {"main", COMMIT})
    licence: str = "mit"
    asked: list[Request] = field(default_factory=list)
    large: tuple[str, ...] = (".safetensors", ".bin")
    cut: dict[str, list[int]] = field(default_factory=dict)
    corrupt: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    refused: tuple[int, str] | None = None
    ranges: bool = True
    redirect: bool = True

    def offer(self, name: str, folder: Path) -> None:
        """Publish the files of a folder."""
        self.repositories[name] = {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def gets(self, file: str) -> list[Request]:
        """Return the requests for a file's bytes."""
        ending = f"/{file}"
        return [r for r in self.asked if r.method == "GET" and r.path.endswith(ending)]

    def about(self, name: str) -> dict[str, Any]:
        """Return what the hub's interface says of a repository."""
        return {
            "id": name,
            "modelId": name,
            "sha": COMMIT,
            "private": False,
            "gated": False,
            "tags": [],
            "downloads": 0,
            "cardData": {"license": self.licence} if self.licence else None,
            "siblings": [
                self._sibling(file, content)
                for file, content in self.repositories[name].items()
            ],
        }

    def _sibling(self, file: str, content: bytes) -> dict[str, Any]:
        size = len(content)
        blob = hashlib.sha1(f"blob {size}\0".encode() + content).hexdigest()
        one: dict[str, Any] = {"rfilename": file, "size": size, "blobId": blob}
        if file.endswith(self.large):
            sha256 = self.said.get(file) or hashlib.sha256(content).hexdigest()
            one["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 134}
        return one


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(Request(self.command, path, dict(self.headers)))
        if self.hub.refused is not None:
            status, code = self.hub.refused
            self._error(status, code)
        elif api := _API.fullmatch(path):
            self._about(*api.groups())
        elif file := _FILE.fullmatch(path.removeprefix("/elsewhere")):
            self._file(*file.groups(), moved=path.startswith("/elsewhere"))
        else:
            self._error(404, "")

    def _about(self, name: str, revision: str) -> None:
        if name not in self.hub.repositories:
            self._error(404, "RepoNotFound")
        elif revision not in self.hub.revisions:
            self._error(404, "RevisionNotFound")
        else:
            content = json.dumps(self.hub.about(name)).encode()
            self._send(200, content, {"Content-Type": "application/json"})

    def _file(self, name: str, commit: str, file: str, *, moved: bool) -> None:
        content = self.hub.repositories.get(name, {}).get(file)
        if content is None or commit != COMMIT:
            self._error(404, "EntryNotFound")
            return
        headers = {"X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if file.endswith(self.hub.large):
            headers |= {
                "X-Linked-Size": str(len(content)),
                "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"',
            }
            if self.hub.redirect and not moved:
                place = f"{self.hub.url}/elsewhere{self.path}"
                self._send(302, b"", headers | {"Location": place})
                return
        status, start = 200, 0
        said = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if said and self.hub.ranges:
            status, start = 206, int(said[1])
            end = len(content) - 1
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        if file in self.hub.corrupt:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self._send(status, content[start:], headers, file)

    def _error(self, status: int, code: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": "no"} if code else {}
        self._send(status, b"{}", headers)

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], file: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cuts = self.hub.cut.get(file)
        if cuts:
            self.wfile.write(content[: cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content)


@contextmanager
def running() -> Iterator[Hub]:
    """Run a hub until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
