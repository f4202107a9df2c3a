"""What the machine is, without its name or its paths."""

import os
import platform

import psutil


def machine() -> dict[str, str]:
    """Cores, memory, Python, system."""
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}",
    }


def load() -> str:
    """How many processes wanted a core in the last minute, where the system says so."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
