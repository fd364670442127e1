"""Carries a campaign from the first speech to the last closed problem."""
