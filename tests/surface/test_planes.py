"""Planes by a word: against singular values, random walks, and NumPy's eigh of a whole Hessian."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st_

import steepest as st
from steepest.errors import ChoiceError
from steepest.surface.path_plane import path_directions, walk_share


@pytest.fixture(scope="module")
def net() -> st.Run:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(120, 2)) * [1.0, 50.0] + [0.0, 300.0]
    y = (X[:, 0] * (X[:, 1] - 300) > 0).astype(int)
    table = {"a": X[:, 0], "b": X[:, 1], "side": np.array(["left", "right"])[y]}
    return st.descend(table, "side", hidden=(5, 4), rule="steepest", learning_rate=0.5, steps=60)


@pytest.fixture(scope="module")
def plain() -> st.Run:
    generator = np.random.default_rng(1)
    X, y = generator.normal(size=(80, 4)), generator.integers(0, 3, 80)
    table = {f"x{i}": X[:, i] for i in range(4)} | {"kind": np.array(["a", "b", "c"])[y]}
    rule = {"rule": "momentum", "learning_rate": 0.3, "scale": "none"}
    return st.descend(table, "kind", l2=0.01, steps=40, **rule)


def positions(run: st.Run, params: Any) -> Any:
    units = run.objective.standard_units
    if run.plan.scale == "none" or units is None:
        return params
    return np.array([units.position(one) for one in np.atleast_2d(params)])


@pytest.mark.parametrize("which", ["net", "plain"])
def test_the_paths_plane_is_that_of_its_singular_vectors(
    which: str, request: pytest.FixtureRequest
) -> None:
    run: st.Run = request.getfixturevalue(which)
    surface = run.surface(plane="path", points=5)
    points = positions(run, run.trace.params)
    centred = points - points.mean(axis=0)
    _, extent, rows = np.linalg.svd(centred, full_matrices=False)
    share = extent**2 / (extent**2).sum()
    assert surface.numbers["first"] == pytest.approx(share[0], rel=1e-9)
    assert surface.numbers["share"] == pytest.approx(share[:2].sum(), rel=1e-9)
    from_end = points - positions(run, run.params)
    assert np.allclose(np.abs(surface.path), np.abs(from_end @ rows[:2].T), atol=1e-9)
    off = np.linalg.norm(from_end - from_end @ rows[:2].T @ rows[:2], axis=1)
    assert np.allclose(surface.off_plane, off, atol=1e-9)
    assert surface.path[0, 0] <= 0 and surface.path[0, 1] <= 0
    said = f"{100 * surface.numbers['random_walk']:.3g} %"
    assert f"a random walk of as many params and steps gives {said}" in surface.in_words
    assert surface.held == {}


@given(
    st_.integers(0, 10**6),
    st_.sampled_from([(8, 40), (40, 8), (12, 12), (3, 500)]),
    st_.floats(-9.0, -0.01),
    st_.sampled_from([1e-150, 1e-6, 1.0, 1e99]),
)
@settings(max_examples=40)
def test_directions_are_as_exact_as_those_of_the_decomposition(
    seed: int, shape: tuple[int, int], second: float, size: float
) -> None:
    # Of a path along which the second direction has 1e-9 of the first's extent, too.
    generator, least = np.random.default_rng(seed), min(shape)
    left, right = (np.linalg.qr(generator.normal(size=(n, least)))[0] for n in shape)
    points = size * (left * np.logspace(0.0, second * (least - 1), least)) @ right.T
    moved = (points - points.mean(axis=0)) / size
    extent = np.linalg.svd(moved, compute_uv=False)
    found = path_directions(points)
    np.testing.assert_allclose(found.share, extent[:2] ** 2 / (extent**2).sum(), rtol=1e-5)
    reached = np.linalg.norm(moved @ found.directions.T, axis=0)
    np.testing.assert_allclose(reached, extent[:2], rtol=1e-5)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-6)


@pytest.mark.parametrize("plane", ["path", "random", "sharpest"])
@pytest.mark.parametrize("which", ["net", "plain"])
def test_the_loss_on_each_plane_is_the_true_one(
    which: str, plane: str, request: pytest.FixtureRequest
) -> None:
    run: st.Run = request.getfixturevalue(which)
    surface = run.surface(plane=plane, points=7)
    u, v = surface.plane.u, surface.plane.v
    true = [[run.objective.value(run.params + x * u + y * v) for x in surface.x] for y in surface.y]
    assert np.allclose(surface.loss, true, rtol=1e-11)
    assert np.array_equal(surface.path_loss, run.trace.full_losses)
    here = [run.objective.value(run.params + x * u + y * v) for x, y in surface.path]
    assert np.allclose(surface.plane_loss, here, rtol=1e-11)
    px, py = surface.axes.reading
    steps = run.trace.params - run.params
    assert np.allclose(np.stack([steps @ px, steps @ py], axis=1), surface.path, atol=1e-9)


@pytest.mark.parametrize(("params", "points"), [(3, 200), (10, 200), (105, 21), (250, 20), (10, 5)])
def test_the_share_of_a_random_walk_is_that_of_walks_that_are_taken(
    params: int, points: int
) -> None:
    generator = np.random.default_rng(4)
    shares = []
    for _ in range(40):
        walk = generator.standard_normal((points, params)).cumsum(axis=0)
        extent = np.linalg.svd(walk - walk.mean(axis=0), compute_uv=False) ** 2
        shares.append(extent[:2].sum() / extent.sum())
    error = np.std(shares) / np.sqrt(len(shares))
    assert walk_share(params, range(points)) == pytest.approx(
        np.mean(shares), abs=4 * error + 0.005
    )


@pytest.mark.parametrize("params", [10, 300])
def test_a_walk_whose_kept_steps_lie_unevenly_is_compared_with_walks_kept_alike(
    params: int,
) -> None:
    kept = np.array([0, 1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 199])
    generator = np.random.default_rng(5)
    shares = []
    for _ in range(40):
        walk = generator.standard_normal((200, params)).cumsum(axis=0)[kept]
        extent = np.linalg.svd(walk - walk.mean(axis=0), compute_uv=False) ** 2
        shares.append(extent[:2].sum() / extent.sum())
    error = np.std(shares) / np.sqrt(len(shares))
    found = walk_share(params, kept)
    assert found == pytest.approx(np.mean(shares), abs=4 * error + 0.005)
    assert found > walk_share(params, range(len(kept))) + 0.03
    assert walk_share(params, 7 * np.arange(12)) == walk_share(params, range(12))


def test_a_random_walk_of_very_many_params_has_the_share_of_the_theory() -> None:
    assert walk_share(10**6, range(10**5)) == pytest.approx(6 / np.pi**2 * (1 + 1 / 4), abs=1e-6)
    assert walk_share(2, range(50)) == 1.0
    assert walk_share(10, range(10**4)) == pytest.approx(0.80, abs=0.01)


def test_a_random_plane_is_as_long_in_each_unit_as_its_weights(net: st.Run) -> None:
    surface = net.surface(plane="random", points=11)
    units, model = net.objective.standard_units, net.objective.model  # type: ignore[attr-defined]
    assert units is not None
    here = units.position(net.params)
    u, v = units.position(surface.plane.u), units.position(surface.plane.v)
    for own, along in zip(model.matrices(here), model.matrices(u), strict=True):
        lengths = np.linalg.norm(own.weights, axis=1)
        assert np.allclose(np.linalg.norm(along.weights, axis=1), lengths, rtol=1e-12)
        assert not along.bias.any()
    assert abs(u @ v) <= 1e-12 * np.linalg.norm(u) * np.linalg.norm(v)
    again, other = net.surface(plane="random", points=3), net.surface(plane="random", seed=1)
    assert np.array_equal(again.plane.u, surface.plane.u)
    assert not np.allclose(other.plane.u, surface.plane.u)
    assert surface.x[0] <= -0.5 and surface.x[-1] >= 0.5


def test_a_random_plane_of_a_linear_model_is_as_long_by_margin(plain: st.Run) -> None:
    u = plain.surface(plane="random", points=3).plane.u.reshape(5, 3)
    own = plain.params.reshape(5, 3)
    assert np.allclose(np.linalg.norm(u[:4], axis=0), np.linalg.norm(own[:4], axis=0))
    assert not u[4].any()


@pytest.mark.parametrize("which", ["net", "plain"])
def test_the_sharpest_plane_is_that_of_the_ends_of_the_whole_hessian(
    which: str, request: pytest.FixtureRequest
) -> None:
    run: st.Run = request.getfixturevalue(which)
    surface = run.surface(plane="sharpest", points=5)
    units, gradient = run.objective.standard_units, run.objective.evaluate
    step, one = 1e-5, np.eye(run.objective.size)
    turned = one if run.plan.scale == "none" or units is None else [units.params(e) for e in one]
    rows = [
        (gradient(run.params + step * t).gradient - gradient(run.params - step * t).gradient)
        / (2 * step)
        for t in np.asarray(turned)
    ]
    whole = np.asarray(turned) @ np.array(rows).T
    values, vectors = np.linalg.eigh((whole + whole.T) / 2)
    assert surface.numbers["top"] == pytest.approx(values[-1], rel=1e-3)
    assert surface.numbers["bottom"] == pytest.approx(values[0], rel=2e-3, abs=1e-6)
    along = positions(run, surface.plane.u).ravel()
    assert abs(along @ vectors[:, -1]) == pytest.approx(1.0, abs=1e-3)
    for end in ("top", "bottom"):
        assert surface.numbers[f"{end}_residual"] <= 1e-3 * abs(surface.numbers[end]) + 1e-9
    curves_down = surface.numbers["bottom"] < -surface.numbers["bottom_residual"]
    assert ("no minimum" in surface.in_words) == curves_down


def test_what_spans_no_plane_is_refused_with_what_to_do() -> None:
    line = np.outer(np.arange(5.0), [1.0, 2.0, 3.0])
    with pytest.raises(ChoiceError, match="on one straight line, so they span no plane"):
        path_directions(line)
    with pytest.raises(ChoiceError, match="a single point"):
        st.descend("geyser", "waiting", ["duration"], steps=0).surface(plane="path")
    with pytest.raises(ChoiceError, match="must be one of path, random, sharpest"):
        st.descend("geyser", "waiting", ["duration"], steps=2).surface(plane="pca")
    median = st.descend("geyser", "waiting", ["duration"], loss="absolute", steps=2)
    with pytest.raises(ChoiceError, match="second derivatives"):
        median.surface(plane="sharpest")
    with pytest.raises(ChoiceError, match="1 of 2 params would move"):
        median.surface(plane="random")
    with pytest.raises(ChoiceError, match="leave one out"):
        median.surface(x="duration", plane="path")


def test_all_three_are_there_for_a_function_where_it_tells_enough() -> None:
    matrix = np.diag([3.0, 1.0, 0.5, -0.2])

    class Saddle:
        size = 4

        def value_and_gradient(self, params: Any) -> Any:
            return 0.5 * params @ matrix @ params, matrix @ params

        def curvature_along(self, params: Any, directions: Any) -> Any:
            return np.array(directions) @ matrix @ np.array(directions).T

    run = st.descend(Saddle(), start=[1.0, 1.0, 1.0, 0.1], learning_rate=0.1, steps=5)
    surface = run.surface(plane="sharpest", points=5)
    assert surface.numbers["top"] == pytest.approx(3.0)
    assert surface.numbers["bottom"] == pytest.approx(-0.2)
    for plane in ("path", "random"):
        assert run.surface(plane=plane, points=5).off_plane[-1] == 0


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("weight 15", "weight 15"),
        ("Bias 7", "bias 7"),
        ("layer 1, unit 5, from input 2", "weight 10"),
        ("Layer 2, unit 1, from unit 5", "weight 15"),
        ("layer 2, unit 4", "bias 9"),
        ("layer 3, unit 1", "bias 10"),
    ],
)
def test_a_param_of_a_network_is_named_by_number_or_unit(
    net: st.Run, given: str, meant: str
) -> None:
    assert net.surface(x=given, y="bias 1", points=2).x_name == meant


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("weight 4000", "weight 1 to weight 34 and bias 1 to bias 10"),
        ("bias 0", "weight 1 to weight 34 and bias 1 to bias 10"),
        ("a", "can also be named by unit"),
        ("layer 4, unit 1", "the network 2-5-4-1 has layer 1 to layer 3"),
        ("layer 2, unit 5", "layer 2 of the network 2-5-4-1 has unit 1 to unit 4"),
        ("layer 1, unit 1, from input 3", "layer 1 of the network 2-5-4-1 receives input 1 to"),
        ("layer 3, unit 2", "has unit 1 alone"),
    ],
)
def test_a_param_that_is_not_there_is_told_with_what_there_is(
    net: st.Run, given: str, said: str
) -> None:
    with pytest.raises(ChoiceError, match=said):
        net.surface(x=given, points=2)


def test_two_names_of_one_param_are_one(net: st.Run) -> None:
    with pytest.raises(ChoiceError, match="both are 'weight 10'"):
        net.surface(x="weight 10", y="layer 1, unit 5, from input 2")


@pytest.mark.parametrize("plane", ["path", "random", "sharpest"])
def test_a_picture_over_a_plane_tells_what_it_is(net: st.Run, plane: str) -> None:
    surface = net.surface(plane=plane, points=9)
    figure = net.figure(panels=["surface", "map"], surface=surface)
    said = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
    assert surface.in_words in said
    assert "in standard units, its loss is" in said
    named = {axes.get_xlabel() for axes in figure.axes}
    assert surface.x_name in named


def test_a_surface_of_another_run_is_refused(net: st.Run, plain: st.Run) -> None:
    with pytest.raises(ChoiceError, match="of another run"):
        net.figure(surface=plain.surface(points=3))


def test_the_command_line_shows_planes_and_params_by_unit(net: st.Run, tmp_path: Any) -> None:
    from click.testing import CliRunner

    from steepest.cli.program import cli

    run, picture = str(tmp_path / "run.steepest"), str(tmp_path / "a.png")
    net.save(run)
    shown = CliRunner().invoke(cli, ["show", run, "--plane", "sharpest"])
    assert "\nPlane\n  The axes are the eigenvectors at both ends" in shown.output
    told = json.loads(CliRunner().invoke(cli, ["show", run, "--plane", "path", "--json"]).output)
    assert told["surface"]["numbers"] == dict(net.surface(plane="path", points=2).numbers)
    drawn = ["show", run, "--x", "layer 2, unit 1, from unit 5", "--panels", "map"]
    assert CliRunner().invoke(cli, [*drawn, "--figure", picture]).exit_code in (0, 3)
    refused = CliRunner().invoke(cli, ["show", run, "--x", "weight 4000", "--figure", picture])
    assert "weight 1 to weight 34 and bias 1 to bias 10" in str(refused.exception)
    idle = CliRunner().invoke(cli, ["show", run, "--x", "weight 1"])
    assert "--x says how a picture or a page looks, but none is asked for" in str(idle.exception)


@pytest.mark.parametrize("plane", ["path", "random", "sharpest", "given", None])
def test_the_record_of_a_page_has_what_a_plane_needs(net: st.Run, plane: str | None) -> None:
    """The path, read as a page reads it, is where the surface has it."""
    vectors = (np.arange(1.0, 45.0), np.ones(44))
    surface = net.surface(plane=vectors if plane == "given" else plane, points=5)
    usual = net.surface(points=2)
    scene = net.record(surface=surface)
    record = scene["surface"]
    assert record["axes"] == (plane or "units") and record["said"] == surface.in_words
    assert record["xLabel"].endswith(surface.x_name)
    assert [net.param_names[i] for i in scene["plane"]] == [usual.x_name, usual.y_name]
    read = np.stack([net.trace.params @ record[name] for name in ("px", "py")], 1)
    assert np.allclose(read - record["zero"], surface.path, atol=1e-9)
    assert len(record["x"]) == len(net.record()["surface"]["x"])


def test_the_command_line_writes_a_page_that_opens_on_a_plane(net: st.Run, tmp_path: Any) -> None:
    from click.testing import CliRunner

    from steepest.cli.program import cli

    run, page = tmp_path / "run.steepest", tmp_path / "a.html"
    net.save(run)
    for asked, axes in ((["--plane", "sharpest"], '"axes":"sharpest"'), ([], '"axes":"units"')):
        assert CliRunner().invoke(
            cli, ["show", str(run), *asked, "--page", str(page)]
        ).exit_code in (0, 3)
        assert axes in page.read_text(encoding="utf-8").replace(": ", ":")
    params = ["--x", "weight 3", "--y", "bias 2", "--page", str(page)]
    assert CliRunner().invoke(cli, ["show", str(run), *params]).exit_code in (0, 3)
    assert '"xName":"weight 3"' in page.read_text(encoding="utf-8").replace(": ", ":")
