"""Training of the pair model; needs the extra [train]."""
