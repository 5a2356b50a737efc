"""Audio-caption alignment from clip-caption pairs alone, as a reproducible pipeline."""

__version__ = "0.1.0"
