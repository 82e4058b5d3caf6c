"""What the program knows and people may change: label maps, profiles, the catalogue of rules, sample forms. Data, no code."""

from pathlib import Path

#: Where these files are, in a checkout as in an installed package.
FOLDER = Path(__file__).parent
