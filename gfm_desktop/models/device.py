"""Where a model runs."""

from __future__ import annotations

from gfm_desktop.errors import ModelError, OptionError

DEVICES = ("auto", "cpu", "cuda")
"""What a user may ask for."""


def resolve(device: str) -> str:
    """Return ``"cpu"`` or ``"cuda"`` for what the user asked for.

    Args:
        device: ``"auto"`` takes the graphics card where PyTorch can use one;
            ``"cuda:1"`` names one of several.

    Raises:
        OptionError: If there is no such kind of device.
        ModelError: If a graphics card was asked for and PyTorch cannot use one.
    """
    import torch

    kind, _, number = device.partition(":")
    if kind not in DEVICES or (number and (kind != "cuda" or not number.isdecimal())):
        raise OptionError(
            f"There is no device “{device}”.",
            where="device",
            todo=f"Choose one of {', '.join(DEVICES)}.",
        )
    if kind == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if kind == "cuda" and int(number or 0) >= torch.cuda.device_count():
        raise ModelError(
            "No such graphics card can be used on this computer.",
            where=f"device {device}",
            todo="Choose the device “auto” or “cpu”, or install a PyTorch with CUDA.",
        )
    return device
