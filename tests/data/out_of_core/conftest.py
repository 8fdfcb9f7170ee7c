"""Tables of a few hundred rows have several units here, as files of millions have."""

import pytest


@pytest.fixture(autouse=True)
def _units_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.out_of_core.file_units.JOINED_ROWS", 1)
