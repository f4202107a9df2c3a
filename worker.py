"""The worker's door: ``python worker.py --help``."""

from baton.runtime.leaving import exit_cleanly
from baton.runtime.loading import loading

if __name__ == "__main__":
    with loading():
        from gateway.cli.worker_door import main

    exit_cleanly(main())
