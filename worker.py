"""The worker's door: ``python worker.py --help``."""

from baton.runtime.leaving import exit_cleanly

if __name__ == "__main__":
    from gateway.cli.worker_door import main

    exit_cleanly(main())
