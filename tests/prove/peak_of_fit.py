"""A fit in passes in a process of its own: prints its peak of anonymous memory, in bytes.

`python peak_of_fit.py FOLDER '{"target": "y", "memory": "128MB"}'`. Linux alone tells a process
which of its memory is of no file (RssAnon); it is looked at every `TICK` seconds.
"""

import json
import sys
import threading
import time
from pathlib import Path

import steepest as st

TICK = 0.005
"""Seconds between two looks at the memory."""


class Peak(threading.Thread):
    """The most anonymous memory that the process had since this began, in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.start()

    def run(self) -> None:
        while True:
            lines = Path("/proc/self/status").read_text().splitlines()
            anonymous = next(line.split()[1] for line in lines if line.startswith("RssAnon:"))
            self.most = max(self.most, 1024 * int(anonymous))
            time.sleep(TICK)


if __name__ == "__main__":
    peak = Peak()
    fitted = st.descend(str(Path(sys.argv[1]) / "*.parquet"), **json.loads(sys.argv[2]))
    print(json.dumps({"peak": peak.most, "loss": fitted.loss, "rows": fitted.problem.rows}))
