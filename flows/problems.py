"""What the command line tells people when a command cannot be carried out: a code, a sentence, and what to do. Never a traceback."""

from __future__ import annotations

#: Exit codes of every command. 1 and 2 say something about the documents; 3 says that the command itself failed.
OK, BLOCKING, REJECTED, FAILED = 0, 1, 2, 3


class Problem(Exception):
    """A command cannot go on. `code` is stable, `message` is one Chinese sentence, `hint` says what to do about it."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code, self.message, self.hint = code, message, hint

    def __str__(self) -> str:
        return self.message
