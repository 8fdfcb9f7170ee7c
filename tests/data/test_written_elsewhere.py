"""Small files of other programs, as these wrote them, hold the values that the programs show.

iris.sas7bdat: SAS's own, an example of R's haven 2.5.1 (MIT), whose species is six letters wide.
libreoffice.ods: LibreOffice 7.4 Calc, `soffice --convert-to ods` of a CSV. orange.tab: `Table.save`
of Orange 3.40. foreign.arff: `write.arff` of R's foreign 0.8. scikit-learn.svm:
`dump_svmlight_file` of scikit-learn 1.9.
"""

import datetime
import gzip
from pathlib import Path

import numpy as np
import pytest
from tables import columns

import steepest as st
from steepest.data.table import read_table

WRITTEN = Path(__file__).parent / "written"


def test_a_table_of_sas_is_what_haven_shows(tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat")
    path = tmp_path / "iris.sas7bdat"
    path.write_bytes(gzip.decompress((WRITTEN / "iris.sas7bdat.gz").read_bytes()))
    found = columns(read_table(path))
    names = ["Sepal_Length", "Sepal_Width", "Petal_Length", "Petal_Width"]
    assert list(found) == [*names, "Species"]
    means = [np.mean(found[name]) for name in names]
    assert means == pytest.approx([5.843333, 3.057333, 3.758, 1.199333], abs=5e-7)
    assert [found[name][0] for name in names] == [5.1, 3.5, 1.4, 0.2]
    species = [kind for kind in ("setosa", "versic", "virgin") for _ in range(50)]
    assert found["Species"] == species
    run = st.descend(path, target="Species", l2=0.01)
    assert len(run.predict(path)) == 150


def test_a_sheet_of_libreoffice(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    table = read_table(WRITTEN / "libreoffice.ods")
    assert columns(table) == {
        "age": [20, 31.5, None, 45],
        "level": ["Low", "High", "Low", "High"],
        "day": [datetime.date(2024, 1, day) for day in (1, 2, 3, 4)],
        "share": [12, 45, 7, 50],
        "name": ["ann", "bob", "cy", "di"],
    }
    assert table.arrow.schema.field("share").metadata == {b"unit": b"%"}
    assert table.place(2) == "sheet row 4"


def test_a_table_of_orange() -> None:
    table = read_table(WRITTEN / "orange.tab")
    assert columns(table) == {
        "sick": ["no", "yes", "yes", "no", "yes", "no"],
        "name": ["ann", "bob", "cy", "di", "ed", "flo"],
        "age": [20, 31.5, None, 45, 52, 38],
        "level": ["Low", "Medium", "High", None, "Medium", "Low"],
    }
    order = table.arrow["level"].combine_chunks().dictionary.to_pylist()
    assert order == ["Low", "Medium", "High"]
    assert table.index == ("name",)


def test_arff_that_r_wrote() -> None:
    assert columns(read_table(WRITTEN / "foreign.arff")) == {
        "age": [20, 31.5, None, 45],
        "level": ["Low", "High", None, "High"],
        "name": ["a b", "it is", "cy", "di"],
    }


def test_sparse_rows_that_scikit_learn_wrote() -> None:
    table = read_table(WRITTEN / "scikit-learn.svm")
    assert columns(table) == {
        "target": [1, -1, 1, -1],
        "feature 1": [0, 3, 0, 0],
        "feature 2": [1.5, 0, 0, 0],
        "feature 3": [0, 0, 0.25, 0],
        "feature 4": [2, 0, -0.001, 0],
    }
