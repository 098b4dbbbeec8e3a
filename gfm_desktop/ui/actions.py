"""Everything that can be done, as one table: menus, toolbar, palette, shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Need = Literal["", "genome", "variants", "run", "selection", "scoring", "idle"]
"""What must be there: ``"idle"`` means that scoring could start."""


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
    Action("locus", "Go to position or gene…", "focus_locus", "Ctrl+L", "locus",
           "Type a position, a gene or a variant", "genome"),
    Action("back", "Back", "go_back", "Alt+Left", "back",
           "Return to where the view was before", "genome"),
    Action("forward", "Forward", "go_forward", "Alt+Right", "forward",
           "Undo one step back", "genome"),
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
    Action("light", "Light", "use_light", "", "", "Dark text on light ground"),
    Action("dark", "Dark", "use_dark", "", "", "Light text on dark ground"),
    Action("system", "As the desktop", "use_system", "", "",
           "Light or dark, as the desktop says"),
    Action("toggle-theme", "Switch between light and dark", "toggle_theme",
           "Ctrl+Shift+D", "theme", "Switch between light and dark"),
    Action("larger", "Larger text", "larger_text", "Ctrl++, Ctrl+=", "text-size",
           "Up to twice the normal size"),
    Action("smaller", "Smaller text", "smaller_text", "Ctrl+-", "",
           "Down to 80 percent of the normal size"),
    Action("normal", "Normal text size", "normal_text", "Ctrl+0", "",
           "The desktop's own size"),
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
    Menu("&Go", ("locus", "back", "forward", "-", "next-variant", "previous-variant",
                 "show-selection", "find")),
    Menu("&Score", ("score", "stop")),
    Menu("&Train", ("fine-tune",)),
    Menu("&View", ("@panels", "reset-layout", "-",
                   Menu("&Colours", ("light", "dark", "system", "-", "toggle-theme")),
                   Menu("&Text size", ("larger", "smaller", "normal")), "fullscreen")),
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
    ("Ctrl + wheel, + or -", "Zoom at the pointer"),
    ("Shift + wheel", "Move along the genome"),
    ("Home, End", "One screen left or right"),
    ("Double click", "Zoom in to twice the size"),
    ("Drag on the ruler", "Zoom to a region, copy it, predict it"),
    ("Right click on a track", "Its height, hide it, copy its data"),
    ("Click a lollipop", "Select the variant"),
    ("Drop files", "Open them, from anywhere in the window"),
)
"""What hands do in the genome browser, for the page of keys."""
