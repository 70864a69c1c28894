"""Training code; needs the extra `train` or `dev`."""
