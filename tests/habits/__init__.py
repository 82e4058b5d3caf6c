"""Habits of offices and of the programs that they print with, drawn into random forms: whatever is drawn comes back right, or is told.

rng = random.Random(7)
case = random_case(rng)          # what stands on the pages, how they are laid out, and which habits they have
data = draw_case(case)           # PDF bytes
silent_of(case, reading)         # values that came back wrong and that no doubt points at

`python -m tests.habits 10000` draws and reads so many, in parallel, and prints the seeds of those that fail (`make fuzz`).
"""

from tests.habits.case import Case, random_case
from tests.habits.draw import draw_case
from tests.habits.judge import silent_of

__all__ = ["Case", "draw_case", "random_case", "silent_of"]
