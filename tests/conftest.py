"""Fixtures that several rooms use."""

from tests.postgres import postgres_server
from tests.stores import published, store, url
from tests.watched import hook, watched

__all__ = ["hook", "postgres_server", "published", "store", "url", "watched"]
