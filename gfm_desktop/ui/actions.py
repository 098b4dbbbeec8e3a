"""Everything that can be done, as one table: menus, toolbar, palette, shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gfm_desktop.ui.palette import BASE_TITLES

Need = Literal[
    "", "genome", "variants", "run", "selection", "scoring", "idle", "undo", "redo"
]
"""What must be there: ``"idle"`` means that scoring could start, ``"undo"`` that a
change of the view can be undone."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes:
        key: Name in the tables below, and the object name of its `QAction`.
        title: What menus and the command palette say.
        handler: Method of `ui.commands.Commands`.
        shortcut: Keys; several are separated by ``", "``.
        icon: Drawing in ``resources/icons``; empty for none.
        tip: One sentence, for the tooltip.
        need: What must be open for it to make sense.
        owner: Who listens to the keys: ``"window"``, or the panel that already does.
        short: Text of its toolbar button; `title` where empty.
        about: What a title of few words is about, for the command palette.
        choice: Field of the settings and the value that the action gives it: the menu
            shows a tick while it is so.
    """

    key: str
    title: str
    handler: str
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    need: Need = ""
    owner: Literal["window", "panel"] = "window"
    short: str = ""
    about: str = ""
    choice: tuple[str, str] | None = None

    @property
    def words(self) -> str:
        """Return the title as it stands alone, without its menu."""
        title = self.title.rstrip("…")
        return f"{self.about}: {title}" if self.about else title

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the single shortcuts."""
        return tuple(self.shortcut.split(", ")) if self.shortcut else ()


ACTIONS: tuple[Action, ...] = (
    Action("open", "Open files…", "open_files", "Ctrl+O", "open",
           "Open a genome, gene models or variants", short="Open"),
    Action("open-sample", "Open the sample", "open_sample", "", "sample",
           "One megabase of human chromosome 22 with 3,502 variants"),
    Action("export", "Export scores…", "export", "Ctrl+E", "export",
           "Write scores and statuses to VCF, TSV or Parquet", "run", short="Export"),
    Action("picture", "Export picture…", "export_picture", "Ctrl+Shift+E", "",
           "Save the browser as PNG, SVG or PDF, with the command that draws it",
           "genome"),
    Action("close-project", "Close project", "close_project", "Ctrl+W", "close",
           "Close genome, genes and variants; results are kept", "genome"),
    Action("quit", "Quit", "quit", "Ctrl+Q", "quit", "Close the window"),
    Action("undo", "Undo view change", "undo_view", "Ctrl+Z", "",
           "Take back the last move, or the last change of a track", "undo"),
    Action("redo", "Redo view change", "redo_view", "Ctrl+Shift+Z, Ctrl+Y", "",
           "Do again what was undone", "redo"),
    Action("locus", "Go to position or gene…", "focus_locus", "Ctrl+L", "locus",
           "Type a position, a gene, a variant, or several places", "genome"),
    Action("back", "Back", "go_back", "Alt+Left", "back",
           "Return to where the view was before", "genome"),
    Action("forward", "Forward", "go_forward", "Alt+Right", "forward",
           "Undo one step back", "genome"),
    Action("next-feature", "Next feature", "next_feature", "F", "",
           "To the next gene, or to that feature of the track under the mouse",
           "genome"),
    Action("previous-feature", "Previous feature", "previous_feature", "B", "",
           "To the gene before, or to that feature of the track under the mouse",
           "genome"),
    Action("region-menu", "Use the view as a region…", "show_region_menu", "Ctrl+M", "",
           "What a region drawn on the ruler offers: copy, mark, predict, export",
           "genome"),
    Action("region-view", "Mark the view as a region", "mark_view", "Ctrl+R", "",
           "Keep what is on show in the list of regions", "genome"),
    Action("region-base", "Mark the base in the middle", "mark_base", "Ctrl+Shift+R",
           "", "Keep one base in the list of regions", "genome"),
    Action("zoom-in", "Zoom in", "zoom_in", "", "",
           "Twice as close; + in the browser", "genome"),
    Action("zoom-out", "Zoom out", "zoom_out", "", "",
           "Twice as far; - in the browser", "genome"),
    Action("whole", "Whole contig", "show_whole", "", "",
           "Show the contig from end to end", "genome"),
    Action("next-locus", "Next locus", "next_locus", "F6", "",
           "Make the locus to the right the active one", "genome"),
    Action("close-locus", "Close the active locus", "close_locus", "Ctrl+Shift+W", "",
           "The loci beside it get its room", "genome"),
    Action("one-locus", "Only the active locus", "show_one_locus", "", "",
           "Close the loci beside it", "genome"),
    Action("predict", "Predict here", "predict_here", "", "",
           "Compute the predicted tracks of what is on show", "genome"),
    Action("mutagenesis", "Mutagenesis of the view", "mutate_view", "", "",
           "Score every substitution of every base on show", "genome"),
    Action("saturate", "Saturate the gene in view", "saturate", "", "",
           "Score every substitution of a gene's exons", "genome"),
    Action("next-variant", "Next variant in the table", "next_variant", "N", "next",
           "Show the next variant of the ranked table", "variants", "panel"),
    Action("previous-variant", "Previous variant in the table", "previous_variant",
           "P", "previous", "Show the previous variant of the ranked table",
           "variants", "panel"),
    Action("show-selection", "Show the selected variant", "show_selection", ".",
           "variants", "Bring the selected variant to the middle", "selection"),
    Action("find", "Find in the variant table", "find_variant", "Ctrl+F", "find",
           "Filter by gene, identifier or position", "variants", "panel"),
    Action("score", "Score the variants", "score", "Ctrl+Return, Ctrl+Enter", "score",
           "Rank all variants with the chosen model", "idle", short="Score"),
    Action("stop", "Stop scoring", "stop_scoring", "Ctrl+.", "stop",
           "Stop at the next batch; what is scored is kept", "scoring",
           short="Stop"),
    Action("fine-tune", "Fine-tune a model…", "fine_tune", "Ctrl+T", "tune",
           "Teach a model from your own labels, and test it honestly",
           short="Fine-tune"),
    Action("light", "Light", "use_light", "", "", "Dark text on light ground",
           choice=("theme", "light")),
    Action("dark", "Dark", "use_dark", "", "", "Light text on dark ground",
           choice=("theme", "dark")),
    Action("system", "As the desktop", "use_system", "", "",
           "Light or dark, as the desktop says", choice=("theme", "system")),
    Action("toggle-theme", "Switch between light and dark", "toggle_theme",
           "Ctrl+Shift+D", "theme", "Switch between light and dark"),
    Action("larger", "Larger text", "larger_text", "Ctrl++, Ctrl+=", "text-size",
           "Up to twice the normal size"),
    Action("smaller", "Smaller text", "smaller_text", "Ctrl+-", "",
           "Down to 80 percent of the normal size"),
    Action("normal", "Normal text size", "normal_text", "Ctrl+0", "",
           "The desktop's own size"),
    Action("bases-safe", BASE_TITLES["colour-blind"], "use_safe_bases", "", "",
           "Colours of bases that colour-blind eyes tell apart",
           about="Base colours", choice=("base_palette", "colour-blind")),
    Action("bases-igv", BASE_TITLES["igv"], "use_igv_bases", "", "",
           "Colours of bases as in IGV: red and green are hard to tell apart",
           about="Base colours", choice=("base_palette", "igv")),
    Action("bases-deuter", BASE_TITLES["deuter"], "use_deuter_bases", "", "",
           "Colours of bases for people who see no green",
           about="Base colours", choice=("base_palette", "deuter")),
    Action("bases-grey", BASE_TITLES["monochrome"], "use_grey_bases", "", "",
           "Bases in greys, for print",
           about="Base colours", choice=("base_palette", "monochrome")),
    Action("wheel-zooms", "Wheel zooms", "toggle_wheel", "", "",
           "Otherwise the wheel scrolls the tracks, and zooms with Ctrl",
           choice=("wheel", "zoom")),
    Action("reset-layout", "Reset the layout", "reset_layout", "", "panel",
           "Put all panels back where they were at first"),
    Action("fullscreen", "Full screen", "toggle_fullscreen", "F11", "fullscreen",
           "Use the whole screen"),
    Action("palette", "Find a command…", "show_palette", "Ctrl+K, Ctrl+Shift+P",
           "command", "Everything the window can do, by name", short="Commands"),
    Action("shortcuts", "Keys and gestures", "show_shortcuts", "?, F1", "keyboard",
           "All keys on one page"),
    Action("cite", "Copy citations", "copy_citations", "", "cite",
           "Program and models, ready for a paper"),
    Action("report", "Copy a report for support", "copy_report", "", "copy",
           "Versions and machine; no file names, no data"),
    Action("about", "About GFM Desktop", "show_about", "", "info",
           "Version, licences, attributions, citations"),
)  # fmt: skip

BY_KEY: dict[str, Action] = {action.key: action for action in ACTIONS}


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu.

    Attributes:
        title: With ``&`` before the letter that opens it.
        items: Action keys; ``"-"`` is a separator, ``"@..."`` a list that the window
            fills, and a `Menu` a submenu.
    """

    title: str
    items: tuple[str | Menu, ...]


MENUS: tuple[Menu, ...] = (
    Menu("&File", ("open", "open-sample", Menu("Open &recent", ("@recent",)), "-",
                   "export", "picture", "-", "close-project", "quit")),
    Menu("&Edit", ("undo", "redo")),
    Menu("&Go", ("locus", "back", "forward", "-", "next-feature", "previous-feature",
                 "next-variant", "previous-variant", "show-selection", "find", "-",
                 "region-menu", "region-view", "region-base", "-", "zoom-in",
                 "zoom-out", "whole", "-", "next-locus", "close-locus", "one-locus")),
    Menu("T&racks", ("@tracks",)),
    Menu("&Score", ("score", "stop", "-", "predict", "mutagenesis", "saturate")),
    Menu("&Train", ("fine-tune",)),
    Menu("&View", ("@panels", "reset-layout", "-",
                   Menu("&Colours", ("light", "dark", "system", "-", "toggle-theme")),
                   Menu("&Base colours", ("bases-safe", "bases-igv", "bases-deuter",
                                          "bases-grey")),
                   Menu("Te&xt size", ("larger", "smaller", "normal")),
                   "wheel-zooms", "fullscreen")),
    Menu("&Help", ("palette", "shortcuts", "-", "cite", "report", "-", "about")),
)  # fmt: skip

TOOLBAR: tuple[str, ...] = ("open", "export", "-", "score", "stop", "fine-tune", ">",
                            "palette", "toggle-theme", "shortcuts")  # fmt: skip
"""Keys of the toolbar's buttons; ``">"`` pushes what follows to the right."""

TOOLBAR_TEXT = frozenset({"open", "export", "score", "stop", "fine-tune", "palette"})
"""Buttons that show their word beside the icon."""
TOOLBAR_PRIMARY = "score"
"""The one button that stands out."""

GESTURES: tuple[tuple[str, str], ...] = (
    ("Drag, ← →", "Move along the genome"),
    ("Shift + ← →, Ctrl + ← →", "Half a screen left or right"),
    ("Shift + wheel", "Move along the genome"),
    ("Home, End", "One screen left or right"),
    ("Ctrl + Home, Ctrl + End", "The beginning or end of the contig"),
    ("Ctrl + wheel, pinch", "Zoom at the pointer"),
    ("+ -, Ctrl + ↑ ↓", "Zoom in and out"),
    ("Double click", "Twice as close, at the place"),
    ("Shift + click", "Eight times as close, at the place"),
    ("Alt + click", "Twice as far, at the place"),
    ("Wheel, ↑ ↓, Page ↑ ↓", "Scroll the tracks"),
    ("Drag on the ruler, Shift + drag", "Choose a region: zoom, copy, predict"),
    ("Click on a lollipop or a cell", "Select the variant"),
    ("Drag a label", "Move the track"),
    ("Drag a label's lower edge", "Make the track taller"),
    ("Right click, or the handle", "Menu of the track"),
    ("Esc", "Put a drag back"),
    ("Drop files", "Open them, from anywhere in the window"),
)
"""What hands do in the genome browser, for the page of keys."""
