"""The rules as Great Expectations has them. Importing this registers every expectation; it takes some 6 s, so import it lazily."""

from selfeval.expectations.gx import expectations as expectations
