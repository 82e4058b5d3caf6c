"""What the command line tells people when a command cannot be carried out: a code, a sentence, and what to do. Never a traceback."""

from __future__ import annotations

from selfeval.core.problems import Problem as Problem

#: Exit codes of every command. 1 and 2 say something about the documents; 3 says that the command itself failed.
OK, BLOCKING, REJECTED, FAILED = 0, 1, 2, 3
#: Percent of refused documents above which a run has failed.
FAIL_PERCENT = 50.0
