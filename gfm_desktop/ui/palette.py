"""The colours of the window, light and dark, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SAFE_BASES = ("#009e73", "#56b4e9", "#f0e442", "#e8743b", "#b8bec8")
"""A, C, G, T, N: Okabe-Ito hues as fills under near-black letters.

C is the set's sky blue and T its vermilion, lightened: near-black reaches 4.5:1.
"""
IGV_BASES = ("#4cb04c", "#7d8cff", "#d99a4e", "#ff6b6b", "#b8bec8")
"""The hues of IGV, lightened so that near-black letters can be read on them."""
DEUTER_BASES = ("#22ba9b", "#2f86c6", "#fecb0c", "#ef3f70", "#b8bec8")
"""igv.js's set for people who see no green, C lightened so that letters can be read."""
GREY_BASES = ("#969ca6", "#b6bcc5", "#d6dae0", "#f6f8fa", "#7f858f")
"""Greys a step apart: for print, and for whoever reads the letters."""
BASE_SETS = {
    "colour-blind": SAFE_BASES,
    "igv": IGV_BASES,
    "deuter": DEUTER_BASES,
    "monochrome": GREY_BASES,
}
"""A, C, G, T, N of each set that the settings offer."""
BASE_TITLES = {
    "colour-blind": "Safe for colour-blind eyes",
    "igv": "IGV classic",
    "deuter": "Deuteranopia (igv.js)",
    "monochrome": "Monochrome",
}
"""What menus call the sets."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of the window, as ``#rrggbb``.

    Attributes:
        name: ``"light"`` or ``"dark"``.
        background: Behind panels: window, toolbars, gutters.
        surface: Panels, tables, the browser's canvas.
        raised: Fields, headers, cards.
        border: Lines around panels and fields.
        grid: Quiet lines inside a picture.
        text: Text.
        muted: Secondary text, still readable (4.5:1).
        faint: Disabled text and idle marks; never the only carrier of a message.
        accent: The one colour of action: links, focus, primary buttons.
        on_accent: Text on `accent`.
        hover: Background under the mouse.
        selection: Background of selected rows and of the selected variant.
        ref: Prediction for the reference allele.
        alt: Prediction for the alternative allele.
        gain: Fill where ALT is above REF.
        loss: Fill where ALT is below REF.
        plus: Genes on the forward strand.
        minus: Genes on the reverse strand.
        good: Things that went well.
        warning: Things to look at.
        bad: Things that failed.
        levels: Score below the first, from the first, second and third published
            cut-off (such as 0.2, 0.5, 0.8); from quiet to loud.
        base_a: Fill behind the letter A; likewise `base_c`, `base_g`, `base_t`,
            `base_n`.
        base_text: Letters on base fills.
        shadow: Dark edge of floating things.
    """

    name: Literal["light", "dark"]
    background: str
    surface: str
    raised: str
    border: str
    grid: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    hover: str
    selection: str
    ref: str
    alt: str
    gain: str
    loss: str
    plus: str
    minus: str
    good: str
    warning: str
    bad: str
    levels: tuple[str, str, str, str]
    base_a: str = SAFE_BASES[0]
    base_c: str = SAFE_BASES[1]
    base_g: str = SAFE_BASES[2]
    base_t: str = SAFE_BASES[3]
    base_n: str = SAFE_BASES[4]
    base_text: str = "#10151c"
    shadow: str = "#000000"

    @property
    def is_dark(self) -> bool:
        """Tell whether text is lighter than its background."""
        return self.name == "dark"

    def base(self, letter: str) -> str:
        """Return the fill behind a base; anything but A, C, G, T counts as N."""
        match letter:
            case "A":
                return self.base_a
            case "C":
                return self.base_c
            case "G":
                return self.base_g
            case "T":
                return self.base_t
        return self.base_n


LIGHT = Palette(
    name="light",
    background="#f2f4f7",
    surface="#ffffff",
    raised="#f8f9fb",
    border="#d3d9e2",
    grid="#e9edf2",
    text="#18212d",
    muted="#566273",
    faint="#9aa5b4",
    accent="#1f5fd0",
    on_accent="#ffffff",
    hover="#e8edf4",
    selection="#dbe7ff",
    ref="#60758c",
    alt="#d66a06",
    gain="#ee8a2a",
    loss="#3b82d0",
    plus="#2f5f9e",
    minus="#8a4a86",
    good="#1b7f4d",
    warning="#9a6300",
    bad="#c2312f",
    levels=("#8593a5", "#c98a12", "#d6590c", "#b3193c"),
)

DARK = Palette(
    name="dark",
    background="#14181e",
    surface="#1b2028",
    raised="#232a34",
    border="#343d4a",
    grid="#2a323d",
    text="#e7ebf1",
    muted="#a3aebd",
    faint="#6d7887",
    accent="#6ea0ff",
    on_accent="#0b1220",
    hover="#2a323e",
    selection="#2b4068",
    ref="#9db1c7",
    alt="#ffa04d",
    gain="#f08c32",
    loss="#4d97e6",
    plus="#7fb0f0",
    minus="#d59bd0",
    good="#5fcf96",
    warning="#f0b64a",
    bad="#ff7b76",
    levels=("#7f8da0", "#e3b341", "#ff8a3d", "#ff5c7a"),
    base_a="#12a87d",
    base_n="#77818f",
)
