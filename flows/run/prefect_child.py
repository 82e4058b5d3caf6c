"""The process of the run's own Prefect server: `python -m selfeval.flows.run.prefect_child PORT PARENT`. It ends when the run that started it ends."""

from __future__ import annotations

import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGTERM = 15


def main(port: int, parent: int) -> None:
    """Serve Prefect's API on the loopback interface until ended."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the request above
        return
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="error",
        lifespan="on",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
