"""The numeric tests under other kernels: another BLAS, and NumPy without its widest loops.

Bits differ from one kind of processor to the next; what the tests hold must not. OpenBLAS takes its
kernel from `OPENBLAS_CORETYPE`, NumPy leaves out the features in `NPY_DISABLE_CPU_FEATURES`; each
is read once, so each has a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__ as dispatched
from numpy._core._multiarray_umath import __cpu_features__ as features
from threadpoolctl import threadpool_info

pytestmark = pytest.mark.prove

ROOT = Path(__file__).parents[2]

ROOMS = ("tests/objective", "tests/descent", "tests/surface", "tests/diagnosis", "tests/data")

WIDE = [name for name in dispatched if "512" in name or name == "X86_V4"]
"""NumPy's features of 512 bits, by the names that this version gives them."""

KERNELS = {
    "another BLAS kernel": {"OPENBLAS_CORETYPE": "Haswell"},
    "an old BLAS kernel": {"OPENBLAS_CORETYPE": "Nehalem"},
    "no wide loops": {"NPY_DISABLE_CPU_FEATURES": " ".join(WIDE)},
}


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", sorted(KERNELS))
def test_the_numeric_tests_pass(name: str) -> None:
    wanted = KERNELS[name]
    blas = [one for one in threadpool_info() if one["internal_api"] == "openblas"]
    if "OPENBLAS_CORETYPE" in wanted and not blas:
        pytest.skip("this NumPy has another BLAS")
    if "NPY_DISABLE_CPU_FEATURES" in wanted and not any(features[one] for one in WIDE):
        pytest.skip("this processor has no loops of 512 bits")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "auto", *ROOMS],
        cwd=ROOT,
        env=os.environ | wanted,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_the_kernel_is_another() -> None:
    wanted = KERNELS["an old BLAS kernel"]
    code = "import numpy, threadpoolctl; print(threadpoolctl.threadpool_info())"
    told = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | wanted, capture_output=True, text=True
    )
    if "openblas" not in str(threadpool_info()):
        pytest.skip("this NumPy has another BLAS")
    assert "Nehalem" in told.stdout
