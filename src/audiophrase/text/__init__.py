"""Words: normalising them, and finding their vectors."""
