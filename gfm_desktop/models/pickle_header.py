"""Names and shapes of a PyTorch checkpoint, read without PyTorch and without its code.

A ``.bin`` or ``.pt`` file is a pickle, and a pickle is a program. Here only the handful
of constructors that a table of tensors needs are known, none of which does anything;
any other name in the file is refused by that name. The tensors' bytes are not read.
"""

from __future__ import annotations

import io
import pickle
import zipfile
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LEGACY_HEAD = 3
"""Pickles in front of the table in files of PyTorch before 1.6."""
_MOST_BYTES = 256 * 1024 * 1024
"""Far more than any table of names and shapes needs: some 100 bytes a tensor."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    shape: tuple[int, ...]


def pickled_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return name to shape of the tensors of a pickled state dict.

    Raises:
        ModelError: If the file is truncated, names anything but tensors, or holds
            something else than a table of them.
    """
    try:
        if zipfile.is_zipfile(path):
            table = _from_archive(path)
        else:
            with path.open("rb") as file:
                for _ in range(_LEGACY_HEAD):
                    _Reader(file).load()
                table = _Reader(file).load()
    except (OSError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    except (pickle.UnpicklingError, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    except RuntimeError as error:
        # What Python says of archives with a password, or packed in a rare way.
        raise _damaged(path, f"its archive cannot be opened ({error})") from error
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise _damaged(path, "it is not a table of tensors") from error
    return _shapes(path, table)


def _from_archive(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith("/data.pkl")]
        if len(names) != 1:
            raise KeyError("data.pkl")
        if archive.getinfo(names[0]).file_size > _MOST_BYTES:
            raise pickle.UnpicklingError("its table is too large to be one of tensors")
        return _Reader(io.BytesIO(archive.read(names[0]))).load()


def _shapes(path: Path, table: Any) -> dict[str, tuple[int, ...]]:
    # Trainers wrap the table in one more.
    if isinstance(table, dict) and isinstance(table.get("state_dict"), dict):
        table = table["state_dict"]
    if not isinstance(table, dict) or not table:
        raise _damaged(path, "it is not a table of tensors")
    odd = [str(n) for n, v in table.items() if not isinstance(v, _Tensor)]
    if odd:
        raise _damaged(path, f"“{odd[0]}” is not a tensor")
    return {str(name): tensor.shape for name, tensor in table.items()}


class _Reader(pickle.Unpickler):
    """Knows the constructors of tensors, and replaces them by their shapes."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        """Return a harmless stand-in.

        Raises:
            pickle.UnpicklingError: If the name is not one of a tensor's.
        """
        full = f"{module}.{name}"
        if full == "collections.OrderedDict":
            return OrderedDict
        if full in _BUILDERS:
            return _BUILDERS[full]
        if module == "torch" and (name.endswith("Storage") or name in _DTYPES):
            return name
        if full in {"torch.storage.UntypedStorage", "torch.storage.TypedStorage"}:
            return name
        raise pickle.UnpicklingError(
            f"it asks for “{full}”, which is code and not a tensor"
        )

    def persistent_load(self, pid: Any) -> Any:
        """Return nothing for a tensor's bytes."""
        return None


def _tensor(_storage: object, _offset: object, shape: Any, *_rest: object) -> _Tensor:
    return _Tensor(tuple(int(n) for n in shape))


def _parameter(data: _Tensor, *_rest: object) -> _Tensor:
    return data


_BUILDERS: dict[str, Callable[..., _Tensor]] = {
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}
_DTYPES = {"float16", "float32", "float64", "bfloat16", "int64", "int32", "uint8"}


def _damaged(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The weights cannot be read: {why}.",
        where=str(path),
        todo="Nothing of the file was executed. If it should hold a model's weights, "
        "get it again from where it came; a .safetensors file is always safer.",
    )
