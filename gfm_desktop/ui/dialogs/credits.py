"""Who made what: attributions and citations, from the cards. No Qt."""

from __future__ import annotations

import html

from gfm_desktop import __version__, paths

HOME = "GFM Desktop"
_PROGRAM = (
    f"GFM Desktop maintainers. {HOME}: genomic foundation models for biologists, "
    f"offline. Version {__version__}. Apache-2.0."
)
LIBRARIES: tuple[tuple[str, str], ...] = (
    ("PySide6 (Qt for Python)", "LGPL-3.0-only"),
    ("PyTorch", "BSD-3-Clause"),
    ("NumPy", "BSD-3-Clause"),
    ("Apache Arrow (pyarrow)", "Apache-2.0"),
    ("pysam and HTSlib", "MIT"),
    ("pyBigWig", "MIT"),
    ("Biopython", "Biopython License Agreement"),
    ("pydantic", "MIT"),
    ("psygnal", "BSD-3-Clause"),
    ("safetensors", "Apache-2.0"),
    ("psutil", "BSD-3-Clause"),
    ("platformdirs", "MIT"),
)
"""What the program stands on, and on what terms."""


def citations() -> str:
    """Return the citations of program and models, one a paragraph."""
    from gfm_desktop.models import catalogue

    models = [card.citation for card in catalogue.cards().values() if card.citation]
    return "\n\n".join([_PROGRAM, *dict.fromkeys(models)])


def about_html() -> str:
    """Return what the program is, as rich text."""
    return (
        "<p>Scores genetic variants with genomic foundation models by point and click, "
        "and draws the prediction for REF and ALT where you click. Everything runs on "
        "this machine; nothing leaves it.</p>"
        "<p><b>For research use.</b> A prediction is not a diagnosis: scores are "
        "evidence to be weighed, never a verdict on a patient.</p>"
        "<p>Copyright the GFM Desktop maintainers. Licensed under the Apache License, "
        "Version 2.0.</p>"
    )


def models_html() -> str:
    """Return attribution, licence and citation of every model, and of the sample."""
    from gfm_desktop.models import catalogue

    parts = []
    for card in catalogue.cards().values():
        use = "allowed" if card.commercial_use else "not allowed"
        parts.append(
            f"<h3>{html.escape(card.name)}</h3>"
            f"<p>{html.escape(card.attribution)}</p>"
            f"<p>Licence of the weights: <b>{html.escape(card.licence)}</b> "
            f"({html.escape(card.licence_url)}); commercial use {use}.</p>"
            f"<p>Cite: {html.escape(card.citation)}</p>"
            f"<p>Limits: {html.escape(card.limits)}</p>"
        )
    parts.append(
        "<h3>The sample</h3><p>Human chromosome 22 (GRCh37), bases 20,000,001 to "
        "21,000,000: sequence of the Genome Reference Consortium and common variants "
        "of dbSNP, from Debian's package hisat2; gene coordinates of GENCODE, from the "
        "package spliceai 1.3.1. Terms and sources in full: "
        f"{html.escape(str(paths.resources() / 'sample' / 'LICENSES.md'))}</p>"
    )
    return "".join(parts)


def libraries_html() -> str:
    """Return the libraries and their licences."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}&nbsp;&nbsp;&nbsp;</td>"
        f"<td>{html.escape(licence)}</td></tr>"
        for name, licence in LIBRARIES
    )
    return f"<table cellpadding='3'>{rows}</table>"
