"""Attributions in, stance labels out. Imports only the types of `sayso.attribution`."""
