"""Sonnet networks: torsos, policies and critics."""
