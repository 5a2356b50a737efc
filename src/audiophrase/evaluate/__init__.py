"""Measures: they take arrays, never a model."""
