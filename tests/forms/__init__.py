"""Self-evaluation forms drawn from random truth, for property tests and for `make bench`.

rng = random.Random(7)
document = random_document(rng)           # what stands on the page, in the schema of the truth beside a corpus PDF
drawn = draw(document, random_layout(rng), seed=7)
drawn.data, drawn.places                  # PDF bytes; where each value was drawn
"""

from tests.forms.draw import Drawn, draw, draw_pages
from tests.forms.layout import Layout, random_layout
from tests.forms.truth import random_document, random_form

__all__ = [
    "Drawn",
    "Layout",
    "draw",
    "draw_pages",
    "random_document",
    "random_form",
    "random_layout",
]
