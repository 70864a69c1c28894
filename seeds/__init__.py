"""Seed data: registry, lexicons, articles and gold; no code."""
