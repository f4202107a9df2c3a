"""The command line's door: ``python starter.py --help``."""

from baton.runtime.leaving import exit_cleanly

if __name__ == "__main__":
    from gateway.cli.app import main

    exit_cleanly(main())
