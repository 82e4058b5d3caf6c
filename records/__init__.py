"""Tidy tables of what the forms print, and the store that keeps them. Imports `extractors.model` and no other room."""
