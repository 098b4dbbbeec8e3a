"""GFM Desktop: genomic foundation models for biologists, offline."""

__version__ = "0.1.0"
