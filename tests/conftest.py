"""Fixtures that several rooms use."""
from tests.postgres import postgres_server
from tests.stores import published, store, url

__all__ = ["postgres_server", "published", "store", "url"]
