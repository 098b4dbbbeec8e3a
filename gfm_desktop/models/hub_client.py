"""Talks to the model hub: what a repository holds, and the bytes of its files.

The library ``huggingface_hub`` brings the addresses, the session (proxies, mirrors by
``HF_ENDPOINT``, certificates) and the meaning of the hub's errors. Its own download
functions are not used: they can neither be cancelled between two pieces nor compare a
file with the hub's SHA-256, and log their retries as warnings.

A token is sent only where the user has set ``HF_TOKEN``; nothing else is told about
the user, and the library's telemetry is off.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOW = "GFM_ALLOW_NETWORK"
CHUNK = 1024 * 1024
"""Bytes between two looks at whether the user has cancelled."""
_SECONDS = 30.0
"""Silence after which a connection counts as cut."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_YES = {"1", "ON", "YES", "TRUE"}


class ConnectionCut(ModelError):
    """The connection ended before the file did: trying again may help."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository.

    Attributes:
        name: Path inside the repository, with ``/``.
        size: Bytes.
        sha256: Of the content, for large files; empty for small ones.
        blob: Git's SHA-1 of small files; empty for large ones.
    """

    name: str
    size: int
    sha256: str = ""
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit.

    Attributes:
        name: ``"owner/name"``.
        commit: Forty hexadecimal digits.
        licence: As its page names it, such as ``"mit"``; empty where it does not.
        files: All of its files.
    """

    name: str
    commit: str
    licence: str
    files: tuple[RemoteFile, ...]


def is_repository(name: str) -> bool:
    """Tell whether a text can be the name of a repository."""
    return _NAME.fullmatch(name) is not None


def require_network(*, allowed: bool = False) -> None:
    """Refuse to use the network unless the user has allowed it.

    Args:
        allowed: Whether this command has allowed it.

    Raises:
        ModelError: If it is not allowed; the message says how to allow it.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if _is_set(name):
            raise ModelError(
                f"The network is switched off by {name}.",
                todo=f"Unset {name}, or add a folder with `gfm models add PATH`.",
            )
    if not (allowed or _is_set(ALLOW) or load_settings().network_allowed):
        raise ModelError(
            "The app may not use the network: it is off unless you allow it.",
            todo="Allow it in the settings of the window; on the command line add "
            f"--allow-network or set {ALLOW}=1. Only the model hub is asked, and "
            "nothing of your data is sent.",
        )


def repository(name: str, revision: str) -> Repository:
    """Return what a repository holds, with the revision resolved to a commit.

    Args:
        name: ``"owner/name"``.
        revision: Branch, tag or commit; empty for the main branch.

    Raises:
        ModelError: If there is no such repository or revision, it may not be read, or
            the hub cannot be reached.
    """
    hub = _library()
    with _errors_in_words(name, revision):
        info = hub.HfApi(endpoint=_endpoint()).model_info(
            name,
            revision=revision or "main",
            files_metadata=True,
            timeout=_SECONDS,
            token=_token(),
        )
    files = tuple(_file(one) for one in info.siblings or ())
    card = info.card_data
    licence = card.get("license") if card is not None else None
    if not _COMMIT.fullmatch(str(info.sha)):
        raise ModelError(
            f"The hub's answer about {name} makes no sense: it names no commit.",
            where=_place(name),
            todo="If HF_ENDPOINT is set, check that it is the address of a hub.",
        )
    return Repository(name, str(info.sha), str(licence or ""), files)


@contextlib.contextmanager
def opened(at: Repository, file: RemoteFile, start: int) -> Iterator[Stream]:
    """Open a file of a repository for reading from some byte on.

    Args:
        at: The repository.
        file: One of its files.
        start: Bytes that are there already.

    Raises:
        ModelError: If it may not be read or the hub cannot be reached.
        ConnectionCut: If the connection ends too early.
    """
    hub = _library()
    url = hub.hf_hub_url(at.name, file.name, revision=at.commit, endpoint=_endpoint())
    headers = hub.utils.build_hf_headers(token=_token()) | {
        "Accept-Encoding": "identity"
    }
    if start:
        headers["Range"] = f"bytes={start}-"
    with (
        _errors_in_words(at.name, at.commit),
        hub.utils.get_session().stream(
            "GET", url, headers=headers, timeout=_SECONDS
        ) as response,
    ):
        hub.utils.hf_raise_for_status(response)
        yield Stream(response, _start_of(response, start))


@dataclass(frozen=True, slots=True)
class Stream:
    """An open download.

    Attributes:
        response: The answer of the hub.
        start: The byte that comes first: 0 where the hub does not continue files.
    """

    response: Any
    start: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in pieces of about `CHUNK` bytes."""
        yield from self.response.iter_bytes(chunk_size=CHUNK)


def _start_of(response: Any, wanted: int) -> int:
    if response.status_code != 206:
        return 0
    said = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if said is None or int(said[1]) != wanted:
        raise ConnectionCut(
            "The hub sent another part of the file than it was asked for.",
            todo="Try again; if a proxy or mirror is set, it may be at fault.",
        )
    return wanted


def _library() -> Any:
    """Import the hub's library, with its telemetry and its own transfers off."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Its chunk store can neither be continued by us nor compared on the way.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    import huggingface_hub

    return huggingface_hub


@contextlib.contextmanager
def _errors_in_words(name: str, revision: str) -> Iterator[None]:
    """Say the hub's and the network's errors as a user can act on them."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise ModelError(
            "The network is switched off by HF_HUB_OFFLINE.",
            todo="Unset HF_HUB_OFFLINE and start the app again.",
        ) from error
    except errors.GatedRepoError as error:
        raise _gated(name) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(
            f"The repository {name} has no revision “{revision}”.",
            where=_place(name),
            todo="Give a branch, a tag or a commit that it has, or leave it out.",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"There is no repository {name}, or it is not public.",
            where=_place(name),
            todo="Check the name. For a private repository set HF_TOKEN to a token "
            "that may read it.",
        ) from error
    except errors.HFValidationError as error:
        raise ModelError(f"“{name}” is no name of a repository.") from error
    except errors.HfHubHTTPError as error:
        raise _http_error(name, error) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise ConnectionCut(
            f"The connection to the model hub failed: {_cause(error)}.",
            where=_place(name),
            todo="Check the network, HTTPS_PROXY and HF_ENDPOINT, and start the "
            "download again: it continues where it stopped.",
        ) from error
    except ValueError as error:
        raise ModelError(
            f"The hub's answer about {name} makes no sense: {error}.",
            where=_place(name),
            todo="If HF_ENDPOINT is set, check that it is the address of a hub.",
        ) from error


def _http_error(name: str, error: Any) -> ModelError:
    status = error.response.status_code
    if status in (401, 403):
        return _gated(name)
    kind = ConnectionCut if status >= 500 or status in (408, 416, 429) else ModelError
    return kind(
        f"The model hub answered with error {status}.",
        where=_place(name),
        todo="Try again later: a download continues where it stopped.",
    )


def _gated(name: str) -> ModelError:
    token = "It was refused with your HF_TOKEN." if _token() else "No token was sent."
    return ModelError(
        f"The authors let only people in who have asked for {name}. {token}",
        where=_place(name),
        todo="Open its page in a browser, accept the authors' terms with your "
        "account, and set HF_TOKEN to a token of that account.",
    )


def _file(one: Any) -> RemoteFile:
    lfs = one.lfs
    return RemoteFile(
        name=str(one.rfilename),
        size=int((lfs.size if lfs else one.size) or 0),
        sha256=str(lfs.sha256) if lfs else "",
        blob="" if lfs else str(one.blob_id or ""),
    )


def _endpoint() -> str | None:
    # Read each time: the library reads it only when it is imported.
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def _token() -> str | bool:
    """Return the user's token; False keeps the library from looking for one."""
    return os.environ.get("HF_TOKEN", "").strip() or False


def _place(name: str) -> str:
    endpoint = _endpoint()
    return f"{endpoint}/{name}" if endpoint else name


def _cause(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().upper() in _YES
