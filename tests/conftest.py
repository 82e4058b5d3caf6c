"""Fixtures that several rooms use."""

from hypothesis import settings

from tests.postgres import postgres_server
from tests.stores import published, store, url
from tests.watched import hook, watched

__all__ = ["hook", "postgres_server", "published", "store", "url", "watched"]

# No deadlines: how long an example takes says more of what else the machine does than of the code.
settings.register_profile("selfeval", deadline=None, print_blob=True)
settings.load_profile("selfeval")
