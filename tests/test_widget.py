"""The page in a notebook: the widget's state, its answers, and what is shown where it cannot be."""

import base64
import html
import io
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from frames import filled, read_frame
from PIL import Image
from reference import heavy_ball

import steepest as st
from steepest.notebook.widget import RunWidget
from steepest.run import display as notebook

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def line() -> st.Run:
    return st.descend("geyser", "waiting", ["duration"], steps=9)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as in a notebook's kernel."""
    monkeypatch.setattr(notebook, "_in_kernel", lambda: True)


@pytest.fixture
def no_anywidget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)


class Heard(RunWidget):
    """A widget whose messages go nowhere but here."""

    def __init__(self, run: st.Run) -> None:
        self.sent: list[tuple[Any, Any]] = []
        super().__init__(run)

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append((content, buffers))

    def ask(self, **request: Any) -> Any:
        self._handle_custom_msg(request, [])
        header, buffers = self.sent[-1]
        return filled(header, lambda p: np.frombuffer(buffers[p["$"][0]], f"<{p['$'][1]}"))


def test_the_record_is_in_the_state_that_a_notebook_keeps(line: st.Run) -> None:
    state = RunWidget(line).get_state()
    scene = read_frame(state["record"])
    assert np.array_equal(scene["run"]["params"].reshape(-1, 2), line.trace.params)
    assert scene["engine"] == "page"
    assert state["_esm"].rstrip().endswith("export default{render:shown}")
    assert ".st-" in state["_css"]


def test_requests_are_answered_with_buffers(line: st.Run) -> None:
    widget = Heard(line)
    choices = {"rule": "adam", "learning_rate": 1.0, "steps": 3, "scale": "none"}
    told = widget.ask(id="a-1", ask="descend", choices=choices)
    run = st.descend("geyser", "waiting", ["duration"], **choices)  # type: ignore[arg-type]
    assert told["id"] == "a-1"
    assert np.array_equal(told["answer"]["params"].reshape(-1, 2), run.trace.params)


def test_the_numbers_of_a_rule_come_from_a_notebook(line: st.Run) -> None:
    choices = {"rule": "momentum:0.5", "learning_rate": 0.06, "scale": "none", "steps": 60}
    told = Heard(line).ask(id=1, ask="descend", choices=choices | {"start": [0.0, 70.0]})
    true = heavy_ball(line.data.X, line.data.y, [0.0, 70.0], 0.06, 0.5, 60)
    assert told["answer"]["loss"][-1] == pytest.approx(true, rel=1e-9)
    assert told["answer"]["choices"]["rule"] == "momentum:0.5"


@pytest.mark.parametrize("request_", [{"ask": "descend", "choices": {"rule": "x"}}, {"ask": 1}, {}])
def test_wrong_requests_are_answered_in_words(line: st.Run, request_: dict[str, Any]) -> None:
    told = Heard(line).ask(id=7, **request_)
    assert told["id"] == 7 and told["error"]
    widget = Heard(line)
    widget._handle_custom_msg("junk", [])
    assert widget.sent[0][0]["id"] is None


def test_two_widgets_know_nothing_of_each_other(line: st.Run) -> None:
    one, other = Heard(line), Heard(line)
    one.ask(id=1, ask="open", data="orings")
    assert other.ask(id=1, ask="offer")["answer"]["chosen"]["data"] == "geyser"
    assert one.model_id != other.model_id


@pytest.mark.usefixtures("kernel")
def test_a_notebook_gets_the_page_and_a_picture_for_exports(line: st.Run) -> None:
    bundle, about = line._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/plain", "image/png", VIEW}
    assert about == {}
    assert bundle["text/plain"] == repr(line)
    assert bundle[VIEW]["model_id"]
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.format == "PNG" and picture.width > 600


@pytest.mark.usefixtures("kernel")
def test_a_notebook_has_the_picture_as_an_output_of_its_own(
    line: st.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.append(data))
    line._ipython_display_()
    page, still = shown
    assert VIEW in page and "image/png" not in page and set(still) == {"text/html", "text/plain"}
    assert f'alt="{html.escape(repr(line))}"' in still["text/html"]
    assert 'src="data:image/png;base64,iVBOR' in still["text/html"]


def test_a_terminal_and_a_run_without_a_page_leave_it_to_ipython(
    line: st.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotImplementedError):
        line._ipython_display_()
    monkeypatch.setattr(notebook, "_in_kernel", lambda: True)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(NotImplementedError):
        line._ipython_display_()


@pytest.mark.usefixtures("kernel")
def test_colab_is_told_from_where_it_gets_what_shows_widgets(
    line: st.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    managers = SimpleNamespace(_installed_url="https://manager.example/manager.js")
    colab = SimpleNamespace(_widgets=managers, enable_custom_widget_manager=lambda: None)
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    _, about = line._repr_mimebundle_()
    assert about[VIEW] == {"colab": {"custom_widget_manager": {"url": managers._installed_url}}}


@pytest.mark.usefixtures("kernel", "no_anywidget")
def test_without_anywidget_there_is_the_picture_and_how_to_get_the_page(line: st.Run) -> None:
    bundle, about = line._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert about == {}
    assert "pip install 'steepest[notebook]'" in bundle["text/plain"]


def test_a_terminal_gets_words_alone(line: st.Run) -> None:
    assert line._repr_mimebundle_() == ({"text/plain": repr(line)}, {})


@pytest.mark.usefixtures("kernel")
def test_a_run_without_rows_has_its_picture_and_how_to_get_its_page() -> None:
    run = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0, 2.0], steps=3)
    bundle, _ = run._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    for told in (bundle["text/plain"], html.unescape(bundle["text/html"])):
        assert 'run.page("run.html") writes a page that replays its steps' in told


@pytest.mark.usefixtures("kernel")
def test_a_training_of_which_no_loss_is_known_is_shown_in_words() -> None:
    torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
    model = torch.nn.Linear(2, 1)
    with st.torch.watch(model) as watched:
        model(torch.ones(3, 2)).sum().backward()
        with torch.no_grad():
            model.weight -= 0.1 * model.weight.grad
    bundle, _ = watched.run._repr_mimebundle_()
    assert set(bundle) == {"text/plain"} and "No picture: no loss" in bundle["text/plain"]
    assert "No picture: no loss" in str(watched.run._display_())


def test_marimo_gets_the_widget(line: st.Run) -> None:
    assert isinstance(line._display_(), RunWidget)


@pytest.mark.usefixtures("no_anywidget")
def test_marimo_gets_the_picture_without_anywidget(line: st.Run) -> None:
    assert line._display_().axes


def test_showing_a_run_in_words_loads_no_widget() -> None:
    program = (
        "import sys, steepest as st, numpy as np; X = np.arange(6.0);"
        "st.descend((X, X**2))._repr_mimebundle_();"
        "print([m for m in ('anywidget', 'IPython', 'starlette', 'uvicorn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
