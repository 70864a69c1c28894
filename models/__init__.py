"""Trained artefacts, one folder each; no code."""
