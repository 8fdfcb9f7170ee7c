"""Files that are read in passes: the run of the same rows in memory, whatever they are."""

import re
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import steepest as st
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.stored_rows import ScratchRows
from steepest.data.prepare import prepare
from steepest.data.table import read_table
from steepest.errors import DataError, FileError
from steepest.numerals import bound

ROWS, PARTS = 1500, 3


def table_of(seed: int = 0, rows: int = ROWS) -> pa.Table:
    g = np.random.default_rng(seed)
    x, z = g.normal(size=rows), g.normal(3.0, 10.0, rows)
    c = g.choice(["a", "b", "c"], rows, p=[0.2, 0.5, 0.3])
    y = 2.0 * x - 0.1 * z + (c == "b") + g.normal(size=rows)
    told = np.where(y + g.normal(size=rows) > 0, "yes", "no")
    return pa.table({"x": x, "z": z, "w": g.integers(0, 4, rows), "c": c, "y": y, "k": told})


def written(folder: Path, table: pa.Table, group: int = 200) -> str:
    each = -(-len(table) // PARTS)
    for k in range(PARTS):
        pq.write_table(table.slice(k * each, each), folder / f"p{k}.parquet", row_group_size=group)
    return str(folder / "*.parquet")


def with_gaps(table: pa.Table) -> pa.Table:
    x, c = table["x"].to_pylist(), table["c"].to_pylist()
    x[5], x[1100], c[10] = None, float("nan"), None
    return table.set_column(0, "x", pa.array(x)).set_column(3, "c", pa.array(c))


@pytest.mark.parametrize(
    "asked",
    [
        {"target": "k", "drop": ["y"], "l2": 1e-3},
        pytest.param({"target": "c", "drop": ["k"]}, marks=pytest.mark.prove),
        {"target": "y", "drop": ["k"], "loss": "huber:0.5"},
        pytest.param({"target": "y", "drop": ["k"], "loss": "absolute"}, marks=pytest.mark.prove),
        {"target": "y", "drop": ["k"], "l1": 0.05},
        pytest.param({"target": "w", "drop": ["k"], "loss": "poisson"}, marks=pytest.mark.prove),
    ],
)
def test_each_loss_comes_to_the_loss_of_memory(tmp_path, asked):
    table = table_of()
    run, memory = st.descend(written(tmp_path, table), **asked), st.descend(table, **asked)
    assert 0.0 <= (run.loss - memory.loss) / memory.loss + 1e-14 <= 1e-6
    assert run.feature_names == memory.feature_names and run.classes == memory.classes
    assert run.stop.reason == "arrived" and len(run.problem.row_numbers) < ROWS


@pytest.mark.parametrize(
    "asked",
    [
        {"missing": "drop"},
        pytest.param({"missing": "mean"}, marks=pytest.mark.prove),
        {"missing": "indicator"},
        {"sample_weight": "w"},
        pytest.param(
            {"target": "k", "drop": ["y"], "class_weight": "balanced", "tol": 1e-12},
            marks=pytest.mark.prove,
        ),
        pytest.param({"terms": "x + x^2 + c"}, marks=pytest.mark.prove),
        pytest.param({"category": ["w"]}, marks=pytest.mark.prove),
    ],
)
def test_columns_become_what_they_become_in_memory(tmp_path, asked):
    table = with_gaps(table_of()) if "missing" in asked else table_of()
    whole = {"target": "y", "drop": ["k"], **asked}
    run, memory = st.descend(written(tmp_path, table), **whole), st.descend(table, **whole)
    anew = st.descend(str(tmp_path / "*.parquet"), cache="none", **whole)
    assert np.allclose(run.params, memory.params, rtol=1e-5, atol=1e-9)
    assert (anew.params == run.params).all()
    left = ("rows", "dropped", "weightless", "bases")
    assert all(getattr(run.problem, n) == getattr(memory.problem, n) for n in left)


def test_whatever_rows_are_read_from_they_are_the_same(tmp_path):
    table = table_of().select(["x", "z", "c", "k"])
    pattern = written(tmp_path, table, group=500)
    usual = st.descend(pattern, "k", memory="100MB")
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as file:
        file.write_table(table, max_chunksize=500)
    with pa.ipc.new_stream(tmp_path / "s.arrow", table.schema) as file:
        file.write_table(table, max_chunksize=500)
    files = sorted(tmp_path.glob("*.parquet"))
    forms = [
        files,
        tmp_path / "a.arrow",
        tmp_path / "s.arrow",
        ds.dataset(files),
        table.to_reader(),
    ]
    for form in forms[:-1]:
        assert (st.descend(form, "k", memory="100MB").params == usual.params).all()
    # As one part its sums are added in another order.
    assert np.allclose(st.descend(forms[-1], "k").params, usual.params, rtol=1e-4)


def test_a_relation_of_duckdb_is_executed_once(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    table = table_of().select(["x", "z", "y"])
    relation = duckdb.connect().from_arrow(table)
    run = st.descend(relation, "y")
    assert np.allclose(run.params, st.descend(table, "y").params, rtol=1e-9)


def test_partitions_are_columns(tmp_path):
    for year in (2001, 2002, 2003):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(table_of(year, 300), tmp_path / f"year={year}" / "part.parquet")
    run = st.descend(tmp_path, "y", ["x", "year"])
    years = [t.append_column("year", pa.array([y] * 300)) for y in (2001, 2002, 2003)
             for t in [table_of(y, 300)]]  # fmt: skip
    memory = st.descend(pa.concat_tables(years), "y", ["x", "year"])
    assert np.allclose(run.params, memory.params, rtol=1e-8)


def test_threads_and_caches_come_to_the_same_bits(tmp_path):
    pattern, params = written(tmp_path, table_of()), []
    for threads, cache in ((1, None), (3, None), (2, str(tmp_path)), (2, "none")):
        asked = {"drop": ["y"], "l2": 1e-3, "threads": threads, "cache": cache}
        params.append(st.descend(pattern, "k", **asked).params)
    assert all((one == params[0]).all() for one in params)
    assert len(list(tmp_path.iterdir())) == PARTS


def test_the_size_of_the_cache_is_said_before_it_is_written(tmp_path, monkeypatch):
    pattern, said, written_before = written(tmp_path, table_of()), [], []
    write = ScratchRows.write

    @contextmanager
    def bar(task, total):
        yield lambda done, say: said.append(say())

    def writing(self, start, rows):
        written_before.append(len(said))
        write(self, start, rows)

    monkeypatch.setattr("steepest.view.progress.bar", bar)
    monkeypatch.setattr(ScratchRows, "write", writing)
    for features, size in ((["x", "z"], "first"), (["x", "c"], "second")):
        st.descend(pattern, "y", features, cache=str(tmp_path), progress=True, steps=1)
        begun = f"{size} pass, writing"
        (at,) = [k for k, one in enumerate(said) if begun in one and ": 0 of" in one]
        found = re.search(rf"writing (.*) to a scratch file in {tmp_path}", said[at])
        assert found
        assert found[1].endswith(" MB") and at < min(written_before)
        said.clear()
        written_before.clear()
    st.descend(pattern, "k", ["x"], cache="none", progress=True, steps=1)
    assert said and not any("writing" in one for one in said)


def test_a_csv_has_the_types_of_the_whole_file(tmp_path, monkeypatch):
    monkeypatch.setattr("steepest.data.text.pieces.PIECE", 2**12)
    rows = 400
    late = np.arange(rows) / 8.0
    columns = {
        "whole": [12] * (rows - 1) + [12.5],
        "empty": [None] * (rows // 2) + list(range(rows - rows // 2)),
        "words": [f"u{i % 3}" for i in range(rows - 1)] + ["x"],
        "code": [f"0{i % 4}" for i in range(rows)],
        "y": late + np.random.default_rng(0).normal(size=rows),
    }
    table = pa.table(columns)
    pc.write_csv(table, tmp_path / "t.csv")
    asked = {"missing": "mean"}
    run = st.descend(tmp_path / "t.csv", "y", memory="100MB", **asked)
    memory = st.descend(tmp_path / "t.csv", "y", **asked)
    assert run.feature_names == memory.feature_names
    assert np.allclose(run.params, memory.params, rtol=1e-6, atol=1e-9)


def test_the_proved_gap_is_the_true_one_by_as_many_rows_as_prove_it(tmp_path):
    """The sample, which is held, has a fourth of the rows."""
    table = table_of(rows=6000)
    run = st.descend(written(tmp_path, table, 2000), "k", drop=["y"], l2=1e-3)
    lowest = st.descend(table, "k", drop=["y"], l2=1e-3).loss
    proved = run.objective.proved_gap(run.objective.evaluate(run.params)).gap
    assert run.loss - lowest - 1e-14 <= proved <= 4.2 * (run.loss - lowest) + 1e-15
    assert run.trace.gaps[-1] == proved
    share = bound(proved / run.loss)
    assert f"more than {bound(proved)} ({share} of it), as the curv" in run.stop.message
    (end,) = [check for check in run.checks if check.name == "end"]
    assert end.message in run.stop.message


def test_the_surface_is_that_of_all_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("steepest.objective.plane.linear.STRETCH", 400)
    table = table_of()
    asked = {"target": "k", "features": ["x", "z"]}
    run, memory = st.descend(written(tmp_path, table), **asked), st.descend(table, **asked)
    surface = run.surface("x", "z", points=5)
    there = [memory.objective.value(np.array([x, z, run.params[-1]])) for x, z in
             [(surface.x[1], surface.y[3]), (surface.x[4], surface.y[0])]]  # fmt: skip
    assert np.allclose([surface.loss[3, 1], surface.loss[0, 4]], there, rtol=1e-10)


def test_words_tell_of_which_rows_they_are(tmp_path):
    run = st.descend(written(tmp_path, table_of()), "k", drop=["y"])
    words, few = run.explain(), len(run.problem.row_numbers)
    assert f"{few:,} drawn of 1,500" in words and "decoded once, into a scratch file" in words
    assert f"of {few:,} drawn of 1,500 that cost most" in words


def test_a_run_is_saved_without_its_rows(tmp_path):
    run = st.descend(written(tmp_path, table_of()), "k", drop=["y"])
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert not again.problem.has_rows and (again.params == run.params).all()
    assert (again.predict(table_of(9)) == run.predict(table_of(9))).all()


def test_the_sample_is_one_by_the_places_of_rows(tmp_path):
    pattern = written(tmp_path, table_of(), group=100)
    few = prepare(pattern, "y", drop=["k"], limits=Limits(threads=1)).sample
    again = prepare(pattern, "y", drop=["k"], limits=Limits(threads=4)).sample
    assert (few.row_numbers == again.row_numbers).all() and (few.X == again.X).all()
    table = table_of()
    assert (few.y == table["y"].to_numpy()[few.row_numbers - 1]).all()


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_predictions_are_written_as_they_come(tmp_path, suffix):
    table = table_of(rows=300)
    run = st.descend(table, "k", ["x", "c"], l2=1e-3)
    out, pattern = tmp_path / f"out{suffix}", written(tmp_path, table, group=40)
    assert run.predict_to(pattern, out) == 300
    usual = run.prediction_table(table).to_pandas()
    pd.testing.assert_frame_equal(st_table(out).to_pandas(), usual, check_dtype=False, rtol=1e-12)
    with pytest.raises(FileError, match="read from and written to"):
        run.predict_to([tmp_path / "p1.parquet"], tmp_path / "p1.parquet")


def st_table(path: Path) -> pa.Table:
    return read_table(path).arrow


@pytest.mark.parametrize(
    "asked", [pytest.param({}, marks=pytest.mark.prove), {"sample_weight": "w"}]
)
def test_the_table_of_rows_begins_with_the_worst_of_all(tmp_path, asked):
    table = table_of(rows=3000)
    whole = {"target": "k", "drop": ["y"], **asked}
    run, memory = st.descend(written(tmp_path, table), **whole), st.descend(table, **whole)
    rows, usual = run.table().to_pandas(), memory.table().to_pandas()
    cost = usual["loss"] * usual.get("weight", 1.0)
    worst = usual.loc[cost.sort_values(ascending=False, kind="stable").index[:100]]
    assert len(set(rows["row"][:100]) & set(worst["row"])) > 95
    assert np.allclose(rows["loss"][:5], worst["loss"][:5], rtol=1e-2)
    assert not rows["row"].duplicated().any() and 750 <= len(rows) < 3000


def test_standard_errors_are_those_of_all_rows(tmp_path):
    table = table_of()
    run, memory = (st.descend(d, "y", drop=["k"]) for d in (written(tmp_path, table), table))
    ours, theirs = (one.summary().weights.to_dict()["standard_error"] for one in (run, memory))
    assert np.allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize(
    "asked",
    [
        {"exposure": "e", "sample_weight": "w"},
        pytest.param({"offset": "x", "missing": "drop"}, marks=pytest.mark.prove),
    ],
)
def test_counts_over_an_exposure_are_those_of_memory(tmp_path, asked):
    table = with_gaps(table_of()).append_column(
        "e", pa.array(np.random.default_rng(1).uniform(0.5, 2.0, ROWS))
    )
    table = table if "missing" in asked else table.set_column(0, "x", table_of()["x"]).set_column(
        3, "c", table_of()["c"]
    )  # fmt: skip
    counts = pa.array(np.random.default_rng(2).poisson(3.0, ROWS))
    table = table.append_column("n", counts)
    whole = {"target": "n", "drop": ["k", "y"], "loss": "poisson", "tol": 1e-10, **asked}
    run, memory = st.descend(written(tmp_path, table), **whole), st.descend(table, **whole)
    assert run.feature_names == memory.feature_names
    assert np.allclose(run.params, memory.params, rtol=1e-6, atol=1e-9)
    assert run.data.count_by == memory.data.count_by


def test_a_share_is_kept_back(tmp_path, monkeypatch):
    table = table_of()
    asked = {"target": "k", "drop": ["y"], "l2": 1e-3, "seed": 5}
    run = st.descend(written(tmp_path, table), **asked, validation=0.2)
    rows, back = run.problem.all_rows.kept, run.problem.all_rows.validation.kept
    assert sorted([*rows, *back]) == list(range(ROWS)) and 240 < len(back) < 360
    rest, other = table.take(rows), table.take(back)
    memory = st.descend(rest, **asked, validation=other)
    assert 0.0 <= run.loss - memory.loss + 1e-14 <= 1e-6 * memory.loss
    there = st.descend(rest, **asked, start=run.params, steps=0, validation=other)
    measured = there.trace.validation_losses[0]
    assert run.trace.validation_losses[-1] == pytest.approx(measured, rel=1e-12)
    assert f"{len(back)} rows kept back, drawn by seed" in run.data.notes[-1]
    assert run.problem.dropped == 0
    # Of very many a part measures, and all of them are left out.
    monkeypatch.setattr(Limits, "sample_rows", lambda self, rows, columns: 100)
    few = st.descend(written(tmp_path, table), **asked, validation=0.2)
    assert np.array_equal(few.problem.all_rows.kept, rows) and few.problem.dropped == 0
    assert set(few.problem.all_rows.validation.kept) < set(back)


def test_what_is_for_passes_is_told_beside_rows_in_memory(tmp_path):
    table = table_of()
    for asked in ({"memory": "64MB"}, {"cache": str(tmp_path)}):
        (name,) = asked
        run = st.descend(table, "y", drop=["k"], **asked)
        assert run.data.notes[0].startswith(f"{name}: for rows that are read in passes, but table")
    pq.write_table(table, tmp_path / "t.parquet")
    run = st.descend(tmp_path / "t.parquet", "y", drop=["k"], cache=str(tmp_path))
    assert run.problem.is_stored


@pytest.mark.parametrize(
    "asked",
    [
        {"target": "k", "drop": ["y"], "sample_weight": "w"},
        {"target": "y", "drop": ["k"], "loss": "huber"},
        pytest.param({"target": "c", "drop": ["k"]}, marks=pytest.mark.prove),
        pytest.param({"target": "w", "drop": ["k"], "loss": "poisson"}, marks=pytest.mark.prove),
    ],
)
def test_metrics_are_those_of_all_rows(tmp_path, asked):
    table = table_of()
    run = st.descend(written(tmp_path, table), **asked)
    there = st.descend(table, **asked, start=run.params, steps=0).metrics()
    found = dict(run.metrics())
    within = found.pop("auc_within", 0.0)
    assert list(found) == list(there)
    for name, one in there.items():
        off = within + 1e-15 if name == "auc" else 0.0
        assert one is None or np.allclose(found[name], one, rtol=1e-9, atol=off), name
    assert within < 1e-3
    if asked["target"] == "k":
        half = run.metrics(threshold=0.2)["confusion"]
        memory = st.descend(table, **asked, start=run.params, steps=0)
        assert np.allclose(half, memory.metrics(threshold=0.2)["confusion"])


def test_a_loaded_run_tells_the_metrics_of_all_rows(tmp_path):
    run = st.descend(written(tmp_path, table_of()), "k", drop=["y"], l2=1e-3)
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    (told,) = (line for line in run.explain().splitlines() if line.startswith("Fit on"))
    assert any("at a higher loss of the rows that it saw" in one.message for one in run.checks)
    assert "drawn" not in told and told in loaded.explain().splitlines()
    assert loaded.problem.rows_of_metrics == ROWS


def test_all_seeds_descend_on_all_rows(tmp_path):
    runs = st.seeds(2, written(tmp_path, table_of()), "k", drop=["y"], l2=1e-3)
    losses = [run.loss for run in runs]
    assert max(losses) - min(losses) < 1e-6 * min(losses)
    assert [run.problem.rows for run in runs] == [ROWS, ROWS]


RARE = 2


def with_a_rare_feature(rows: int = 6000, size: float = 1e6, most: int = 9) -> pa.Table:
    g = np.random.default_rng(74)
    x = np.zeros(rows)
    x[g.choice(rows, RARE, replace=False)] = size
    return pa.table({"x": x, "y": np.minimum(g.poisson(1.0, rows), most)})


@pytest.mark.parametrize(
    ("loss", "most", "reason"),
    [("poisson", 9, "arrived"), ("huber", 1, "arrived"), ("huber", 9, "settled")],
)
def test_a_feature_that_the_sample_never_sees_is_met(tmp_path, loss, most, reason):
    """Where its rows are beyond Huber's threshold none curves, and no curvature proves the end."""
    table = with_a_rare_feature(most=most)
    memory = st.descend(table, "y", loss=loss)
    run = st.descend(written(tmp_path, table), "y", loss=loss)
    assert run.stop.reason == reason
    assert run.loss - memory.loss <= 1e-6 * memory.loss
    assert run.problem.data.X[:, 0].any() == 0


def test_rows_that_fall_for_ever_are_named_by_their_place_among_all(tmp_path):
    table = table_of()
    odd = np.arange(ROWS) >= ROWS - 2
    table = table.set_column(3, "c", pa.array(np.where(odd, "d", table["c"].to_numpy(False))))
    table = table.set_column(5, "k", pa.array(np.where(odd, "yes", table["k"].to_numpy(False))))
    asked = {"target": "k", "drop": ["y"]}
    told = [st.descend(one, **asked).verdicts for one in (table, written(tmp_path, table))]
    assert told[0][0].message == told[1][0].message and f"{ROWS - 1}, {ROWS}" in told[1][0].message


def test_two_rows_and_a_number_without_a_square_are_told_as_in_memory(tmp_path):
    two = table_of().slice(0, 2).select(["x", "z", "k"])
    two = two.set_column(2, "k", pa.array(["no", "yes"]))
    assert st.descend(written(tmp_path, two), "k", l2=1e-3).stop.reason == "arrived"
    x = table_of()["x"].to_numpy().copy()
    x[700] = 1e200
    table = table_of().set_column(0, "x", pa.array(x))
    with pytest.raises(st.errors.DataError, match=r"x .*row 201 of p1"):
        st.descend(written(tmp_path, table), "k", drop=["y"])


def test_a_class_that_is_kept_back_whole_is_told(tmp_path):
    table = pa.table({"x": np.arange(40.0), "y": ["k", "m"] * 19 + ["k", "c"]})
    files = written(tmp_path, table)
    refused = []
    for seed in range(8):
        try:
            st.descend(files, target="y", validation=0.5, seed=seed, steps=2)
        except DataError as error:
            refused.append(str(error))
    # By chance it is so about half the time.
    assert 0 < len(refused) < 8
    assert all(
        "all rows of y c are kept back by validation 0.5 with seed" in one for one in refused
    )
