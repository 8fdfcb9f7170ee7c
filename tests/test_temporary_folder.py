"""Temporary folders: gone with their object, and after their process was killed."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from steepest.data.out_of_core.scratch import Scratch
from steepest.data.out_of_core.spool import Spool
from steepest.temporary_folder import TemporaryFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of files")

KILLED = """
import sys, time
import pyarrow as pa
from steepest.data.out_of_core.scratch import Scratch
from steepest.data.out_of_core.spool import Spool
spool = Spool(Scratch(sys.argv[1]))
table = pa.table({"x": [1.0]})
spool.batches(table.to_batches(), table.schema)
print("written", flush=True)
time.sleep(60)
"""


def test_the_spool_of_a_killed_process_is_removed_and_that_of_one_at_work_is_not(
    tmp_path: Path,
) -> None:
    for near in ("steepest-notes", "steepest-abcdefgh"):
        (tmp_path / near).mkdir()
        (tmp_path / near / "the reader's own").touch()
    others = set(tmp_path.iterdir())
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as spooling:
        assert spooling.stdout and spooling.stdout.readline() == "written\n"
        Spool(Scratch(str(tmp_path)))
        (left,) = set(tmp_path.iterdir()) - others
        assert {one.name for one in left.iterdir()} == {".lock", "part-000001.arrow"}
        spooling.send_signal(signal.SIGKILL)
    spool, table = Spool(Scratch(str(tmp_path))), pa.table({"x": [1.0]})
    path = spool.batches(table.to_batches(), table.schema)
    assert set(tmp_path.iterdir()) == {*others, path.parent} and not left.exists()
    del spool
    gc.collect()
    assert set(tmp_path.iterdir()) == others


def test_a_folder_goes_with_its_block_and_a_link_to_another_is_no_litter(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / ".lock").touch()
    (tmp_path / "steepest-link").symlink_to(mine)
    with TemporaryFolder(tmp_path) as folder:
        assert (folder / ".lock").stat().st_mode & 0o777 == 0o600
    assert not folder.exists() and (mine / ".lock").exists()


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TemporaryFolder(tmp_path / "nowhere")
