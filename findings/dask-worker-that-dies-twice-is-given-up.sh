#!/bin/sh
# distributed 2026.8.0, dask 2026.8.0 (PyPI).
#
# One would guess: the nanny of a LocalCluster starts a worker anew whenever it dies, so that the
# cluster has its number of workers again, however often that is.
#
# What happens: 15 s (distributed.deploy.lost-worker-timeout) after a death the cluster looks once
# whether a worker of that name is there. One that came back long ago and died again just before that
# look is not: the cluster closes its nanny and forgets it. `wait_for_workers(2)` then waits for ever,
# and the work goes on with one worker less. The setting is read at each death, so a longer one helps.
#
# Who meets it: whoever has workers that die more than once, of memory say, and tests that kill them.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check distributed==2026.8.0 dask==2026.8.0
cat >"$folder/seen.py" <<'PYTHON'
import os
import signal
import time

from distributed import Client, LocalCluster


def process(client):
    """Return the process of the worker called 0."""
    workers = client.scheduler_info()["workers"]
    address = next(one for one, told in workers.items() if told["name"] == 0)
    return client.run(os.getpid, workers=[address])[address]


def main():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster, Client(cluster) as client:
        os.kill(process(client), signal.SIGKILL)
        died = time.monotonic()
        time.sleep(8.0)
        client.wait_for_workers(2, timeout=30)
        print("2 workers again after the first death")
        again = process(client)
        time.sleep(max(0.0, died + 14.8 - time.monotonic()))
        os.kill(again, signal.SIGKILL)
        time.sleep(30.0)
        left = len(client.scheduler_info()["workers"])
        print("workers 30 s after the second death:", left)
        assert left == 1


if __name__ == "__main__":
    main()
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
