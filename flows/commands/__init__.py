"""One module a command. Each imports what it needs inside the function, so that `selfeval --help` loads none of it."""
