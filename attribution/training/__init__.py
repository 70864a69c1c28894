"""Training of the tagger; needs the extra `[train]` (torch)."""
