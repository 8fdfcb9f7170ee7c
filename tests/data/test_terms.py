"""Powers and products of columns, against formulaic where it means the same, and closed forms."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.data.terms import Term, names_of_terms, parsed_terms
from steepest.errors import ChoiceError, DataError

RNG = np.random.default_rng(0)
AGE = RNG.normal(size=40)
TABLE: dict[str, Any] = {
    "age": AGE,
    "sex": ["male", "female", "male", "male"] * 10,
    "two words": RNG.normal(size=40),
    "y": 1 + 2 * AGE - 3 * AGE**2,
}


def factors(text: str) -> list[tuple[tuple[str, int], ...]]:
    return [term.factors for term in parsed_terms(text, ["a", "b"])]


def test_a_formula_is_read_as_arithmetic_reads_its_powers() -> None:
    assert factors("age + age^2 + age**3") == [(("age", 1),), (("age", 2),), (("age", 3),)]
    assert factors(" . + a:b") == [(("a", 1),), (("b", 1),), (("a", 1), ("b", 1))]
    assert factors("a:a + a^2") == [(("a", 2),)]
    assert factors("b:a + a:b") == [(("b", 1), ("a", 1))]
    assert factors("two words:`x+y`^2") == [(("two words", 1), ("x+y", 2))]
    assert factors("a * b * c")[-1] == (("a", 1), ("b", 1), ("c", 1))
    assert len(factors("a * b * c")) == 7


NAMES = some.text("ab +:*^.`".replace("`", ""), min_size=1, max_size=5).filter(str.strip)
FACTORS = some.dictionaries(NAMES.map(str.strip), some.integers(1, 9), min_size=1, max_size=3)


@given(some.lists(FACTORS, min_size=1, max_size=4))
def test_what_is_written_is_read_again(made: list[dict[str, int]]) -> None:
    terms = [Term(tuple(one.items())) for one in made]
    again = parsed_terms(" + ".join(term.text for term in terms), [])
    assert {tuple(sorted(term.factors)) for term in again} == {
        tuple(sorted(term.factors)) for term in terms
    }
    assert set(names_of_terms(again)) == {name for one in made for name in one}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age^0", "'age^0' at letter 1 of 'age^0' is no factor"),
        ("age + age^10", "'age^10' at letter 6"),
        ("age + (sex:age)", "'(sex' at letter 6"),
        ("age +", "'' at letter 6"),
        ("log(age)", "'log(age)' at letter 1"),
    ],
)
def test_what_is_no_term_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ChoiceError) as error:
        parsed_terms(text, [])
    assert said in str(error.value)
    assert "backticks around a name" in str(error.value)


def test_a_power_is_found_and_predicted_and_kept(tmp_path: Path) -> None:
    run = st.descend(TABLE, "y", terms="age + age^2")
    assert run.data.features.names == ("age", "age^2")
    assert run.weights == pytest.approx([2, -3], abs=1e-9)
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.predict({"age": [2.0]})[0] == pytest.approx(1 + 4 - 12, abs=1e-8)
    assert again.data.features.terms == run.data.features.terms
    run.page(tmp_path / "run.html")
    assert '"terms": "age + age^2"' in (tmp_path / "run.html").read_text().replace("\\u002b", "+")


@pytest.mark.prove
def test_products_are_those_of_formulaic() -> None:
    formulaic = pytest.importorskip("formulaic")
    import pandas as pd

    run = st.descend(TABLE, "y", terms="`two words` + sex + sex:age", steps=1)
    frame = pd.DataFrame(TABLE).rename(columns={"two words": "other"})
    theirs = formulaic.model_matrix("other + sex + sex:age - 1", frame)
    ours = dict(zip(run.data.features.names, np.asarray(run.data.X).T, strict=True))
    assert ours["two words"] == pytest.approx(theirs["other"].to_numpy())
    assert ours["sex=female"] == pytest.approx(theirs["sex[female]"].to_numpy(dtype=float))
    assert ours["sex=female:age"] == pytest.approx(theirs["sex[female]:age"].to_numpy())


def test_units_are_powers_and_products_too() -> None:
    run = st.descend("geyser", "waiting", terms="duration + duration^2", steps=1)
    (unit,) = st.descend("geyser", "waiting", ["duration"], steps=1).data.features.units
    assert run.data.features.units == (unit, f"{unit}^2")


def test_a_dot_is_what_would_be_a_feature() -> None:
    run = st.descend(TABLE, "y", terms=". + age^2", drop=["two words"], steps=1)
    assert run.data.features.names == ("age", "sex=female", "age^2")


def test_gaps_are_filled_before_products() -> None:
    table = {"a": [1.0, None, 3.0, 4.0], "b": [1.0, 2.0, 3.0, 5.0], "y": [1.0, 2.0, 3.0, 5.0]}
    run = st.descend(table, "y", terms="a + a:b", missing="indicator", steps=1)
    assert run.data.features.names == ("a", "a missing", "a:b")
    mean = 8 / 3
    assert np.asarray(run.data.X)[1] == pytest.approx([mean, 1, 2 * mean])


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"terms": "sex^2"}, DataError, "'sex' is a category, which has no power 2"),
        ({"terms": "agee"}, DataError, "no column 'agee'.*did you mean 'age'"),
        ({"terms": "y"}, DataError, "'y' is the target"),
        ({"terms": "age", "features": ["age"]}, ChoiceError, "terms and features are both given"),
    ],
)
def test_terms_that_cannot_be_are_told(
    options: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        st.descend(TABLE, "y", **options)


def test_arrays_have_no_terms() -> None:
    with pytest.raises(ChoiceError, match="terms name columns of a table"):
        st.descend((AGE, AGE), terms="x1^2")


def test_the_command_line_takes_them(ask: Ask) -> None:
    terms = "duration + duration^2"
    answer = ask("fit", "geyser", "--target", "waiting", "--terms", terms, "--json")
    assert (answer.status, answer.err) == (0, "")
    assert "duration^2" in answer.out
