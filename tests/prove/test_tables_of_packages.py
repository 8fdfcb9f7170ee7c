"""Tables that come with statsmodels go through fit, page and predict by one command each.

They are written as CSV by pandas, as people have them. A fit that is refused says the command that
would run, which is then run as told. docs/tables.md lists tables of other packages.
"""

import csv
import io
import shlex
from pathlib import Path

import pytest
from asked import Answer, Ask

pytestmark = pytest.mark.prove

datasets = pytest.importorskip("statsmodels.datasets")

TARGETS = {
    "anes96": "vote",
    "cancer": "cancer",
    "ccard": "AVGEXP",
    "committee": "BILLS104",
    "copper": "WORLDCONSUMPTION",
    "cpunish": "EXECUTIONS",
    "danish_data": "lrm",
    "elnino": "DEC",
    "engel": "foodexp",
    "fair": "affairs",
    "fertility": "2009",
    "grunfeld": "invest",
    "heart": "survival",
    "interest_inflation": "R",
    "longley": "TOTEMP",
    "macrodata": "realgdp",
    "modechoice": "choice",
    "randhie": "mdvis",
    "scotland": "YES",
    "spector": "GRADE",
    "stackloss": "STACKLOSS",
    "star98": "NABOVE",
    "statecrime": "murder",
    "strikes": "duration",
}
"""What is predicted of each table."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_table_goes_through(ask: Ask, name: str) -> None:
    rows = getattr(datasets, name).load_pandas().data
    rows.to_csv("table.csv", index=name == "statecrime")  # its index is the name of the state
    fit = ("fit", "table.csv", "--target", TARGETS[name], "--save", "run", "--page", "run.html")
    answer = ask(*fit)
    if answer.status == 2:
        answer = ask(*_told(answer))
    assert answer.status == 0, answer.err
    predicted = ask("predict", "run", "table.csv", "--missing", "blank")
    assert predicted.status == 0, predicted.err
    found = list(csv.DictReader(io.StringIO(predicted.out)))
    assert len(found) == len(rows)
    assert any(row["predicted"] for row in found)
    assert "<html" in Path("run.html").read_text(encoding="utf-8")


def _told(answer: Answer) -> list[str]:
    """Return the words of the command that an error says would run."""
    told = answer.err.splitlines()[-1]
    assert told.startswith("try: steepest fit "), answer.err
    return shlex.split(told)[2:]
