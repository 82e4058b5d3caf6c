"""`python -m selfeval` is the command `selfeval`."""

from selfeval.flows.cli import main

if __name__ == "__main__":
    main()
