import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from steepest.data.prepare import prepare
from steepest.data.shipped import about, dataset, datasets
from steepest.errors import ChoiceError

SIZES = {
    "breast_cancer": (569, 31),
    "diabetes": (442, 11),
    "geyser": (272, 2),
    "orings": (23, 2),
    "penguins": (333, 7),
}


def test_all_are_there() -> None:
    assert datasets() == sorted(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_a_set_is_whole_and_says_what_it_is(name: str) -> None:
    table, said = dataset(name), about(name)
    assert table.shape == (said.rows, len(said.columns)) == SIZES[name]
    assert all(column.null_count == 0 for column in table.columns)
    assert said.name == name
    assert all((said.title, said.description, said.source, said.licence))
    assert "Figures copied from the Python package" in said.source
    for field in table.schema:
        assert field.metadata[b"description"]
        assert b"unit" in field.metadata


@pytest.mark.parametrize("name", SIZES)
def test_a_set_can_be_learnt_from(name: str) -> None:
    said = about(name)
    data = prepare(name, said.target, said.features)
    assert (data.target.classes is None) == (said.task == "regression")
    assert len(prepare(name, said.target).X) == said.rows


def test_known_figures() -> None:
    # R's own summary of `faithful`, and the 7 of 23 flights of Dalal, Fowlkes & Hoadley (1989).
    geyser, orings = dataset("geyser").to_pydict(), dataset("orings").to_pydict()
    assert np.round(np.mean(geyser["duration"]), 3) == 3.488
    assert np.round(np.mean(geyser["waiting"]), 1) == 70.9
    assert orings["damaged"].count("yes") == 7
    assert (min(orings["temperature"]), max(orings["temperature"])) == (53, 81)


def test_figures_of_scikit_learn() -> None:
    cells, sugar = load_breast_cancer(), load_diabetes(scaled=False)
    ours = prepare("breast_cancer", "diagnosis")
    np.testing.assert_array_equal(ours.X, cells.data)
    np.testing.assert_array_equal(ours.y, 1 - cells.target)
    assert [str(n).replace(" ", "_") for n in cells.feature_names] == list(ours.features.names)
    codes = np.array([0, 1, *[0] * 8])
    theirs = prepare("diabetes", "progression")
    np.testing.assert_array_equal(theirs.X, sugar.data - codes)
    np.testing.assert_array_equal(theirs.y, sugar.target)


def test_an_unknown_set_names_the_nearest() -> None:
    with pytest.raises(ChoiceError, match=r"no data set 'gyser'; did you mean 'geyser'\? shipped"):
        dataset("gyser")
    with pytest.raises(
        ChoiceError, match="no data set 'zzz'; shipped are: breast_cancer, diabetes"
    ):
        about("zzz")
