"""The command line's door: ``python starter.py --help``."""

from baton.runtime.leaving import exit_cleanly
from baton.runtime.loading import loads_as_it_goes

if __name__ == "__main__":
    loads_as_it_goes()
    from gateway.cli.app import main

    exit_cleanly(main())
