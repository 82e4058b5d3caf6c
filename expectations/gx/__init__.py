"""Great Expectations over the judged tables. Importing this registers an expectation for every rule, which costs some seconds."""

from selfeval.expectations.gx.context import context
from selfeval.expectations.gx.expectations import EXPECTATIONS

__all__ = ["EXPECTATIONS", "context"]
