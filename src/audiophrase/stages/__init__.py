"""The stages: thin edges that read artifacts, call the pure functions, and write artifacts."""
