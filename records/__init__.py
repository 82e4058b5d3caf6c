"""Tidy tables of what the forms print, and the store that keeps them. Imports `selfeval.extractors.model` and no other room."""
