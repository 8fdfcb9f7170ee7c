"""A rule's word keeps its numbers on the page: in limit, walk, settings, link, words and Python."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import golden
import pytest
from doors import Doors, Menu, at_step, enter, loss_of, outcomes, settle
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

Opened = Callable[..., "Page"]


def geyser(word: str, rate: float = 0.12, **more: Any) -> st.Run:
    """Return a run with the rule of a word from weight 0, bias 70."""
    asked: dict[str, Any] = {"scale": "none", "start": [0.0, 70.0], "steps": 60} | more
    rule = golden.rule_of(word)
    return st.descend("geyser", "waiting", ["duration"], rule=rule, learning_rate=rate, **asked)


@pytest.fixture
def opened(tmp_path: Path, doors: Doors) -> Opened:
    """Opens the saved page of a run."""

    def opened(run: st.Run, fragment: str = "") -> "Page":
        run.page(tmp_path / "page.html")
        return doors.file(tmp_path / "page.html", fragment)

    return opened


def limit_by_the_slider(page: "Page") -> str:
    return page.locator('[data-control="rate"] :is(.st-limit-words, .st-told)').inner_text()


def beta_of(page: "Page") -> str:
    return page.get_by_label("beta", exact=True).input_value()


def last_loss(page: "Page", steps: int = 60) -> float:
    """Go to the end of the run and return the loss there."""
    page.locator(".st-scrub input").press("End")
    at_step(page, steps)
    return loss_of(page)


def test_slider_and_verdict_say_one_limit(opened: Opened) -> None:
    page = opened(geyser("momentum:0.5"))
    [outcome] = outcomes(page)
    said = [re.findall(r"curvature = ([\d.]*\d)", text)
            for text in (outcome, limit_by_the_slider(page))]  # fmt: skip
    assert said == [["0.104"], ["0.104"]]


def test_the_page_walks_with_the_beta_of_the_run(opened: Opened) -> None:
    page = opened(geyser("momentum:0.5"))
    enter(page, "learning rate as a number", "0.06")
    wanted = geyser("momentum:0.5", 0.06).loss
    assert f"{wanted:.2f}" == "44.02"
    assert last_loss(page) == pytest.approx(wanted, rel=1e-12)
    enter(page, "weight", "1")
    assert beta_of(page) == "0.5"
    assert 'rule="momentum:0.5"' in Menu(page).text("Show the Python lines")


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_a_beta_that_is_typed(name: str, opened: Opened) -> None:
    page = opened(geyser(f"{name}:0.5", 0.03))
    enter(page, "beta", "0.8")
    wanted = geyser(f"{name}:0.8", 0.03)
    assert last_loss(page) == pytest.approx(wanted.loss, rel=1e-12)
    limit = golden.rule_of(f"{name}:0.8").limit(wanted.plan.curvature or 1.0)
    assert limit_by_the_slider(page).endswith(f"= {limit:.3g}")
    assert page.locator(".st-how").inner_text() == f"{name} (beta 0.8), rate 0.03"
    assert Menu(page).told()["rule"] == f"{name}:0.8"
    enter(page, "beta", "0.9")
    assert Menu(page).told()["rule"] == name


@pytest.mark.parametrize("typed", ["1", "-0.1", "half", ""])
def test_a_beta_that_cannot_be_is_refused(typed: str, opened: Opened) -> None:
    page = opened(geyser("momentum:0.5", 0.03))
    enter(page, "beta", typed)
    assert "but it must be" in page.locator(".st-fault").inner_text()
    assert Menu(page).told()["rule"] == "momentum:0.5"


def test_the_rule_that_is_chosen_brings_its_own_numbers(opened: Opened) -> None:
    page = opened(geyser("adam:0.5:0.9", 0.1))
    rule = page.get_by_label("rule", exact=True)
    assert rule.input_value() == "adam"
    told = page.locator('[data-control="rule"] .st-told')
    assert told.inner_text() == "adam (beta1 0.5, beta2 0.9)"
    assert page.get_by_label("beta", exact=True).is_hidden()
    rule.select_option("nesterov")
    settle(page)
    assert beta_of(page) == "0.9" and told.is_hidden()
    rule.select_option("steepest")
    settle(page)
    assert page.get_by_label("beta", exact=True).is_hidden()


@pytest.mark.parametrize("word", ["momentum", "momentum:0.5", "adam:0.5:0.9"])
def test_links_of_old_pages_and_of_new_ones_open(word: str, opened: Opened) -> None:
    page = opened(geyser("steepest", 0.01), f"v=1&rule={word}&rate=0.03")
    assert last_loss(page) == pytest.approx(geyser(word, 0.03).loss, rel=1e-10)
    assert Menu(page).told()["rule"] == word


def test_what_python_alone_could_walk_with_does_not_break_the_page(opened: Opened) -> None:
    """A beta of 1 never comes to rest: there is no limit below which it would."""
    run = geyser("momentum:1", 0.001, steps=3000)
    assert run.plan.limit is None
    page = opened(run)
    assert beta_of(page) == "1"
    assert last_loss(page, 3000) == pytest.approx(run.loss, rel=1e-6)


WORDS = """async (words) => {
  const { chooseRule, numbersOf, ruleName, ruleWord } = await import('/engine/rules.js');
  return words.map((word) => [
    ruleWord(ruleName(word), numbersOf(word)), numbersOf(word), chooseRule(word).limit(2),
  ]);
}"""

shares = some.floats(0, 1, exclude_max=True)
betas = some.floats(0, 2)
small = some.floats(1e-12, 1)
words = some.one_of(
    some.builds("momentum:{}".format, betas),
    some.builds("nesterov:{}".format, betas),
    some.builds("adagrad:{}".format, small),
    some.builds("rmsprop:{}:{}".format, shares, small),
    some.builds("adam:{}:{}:{}".format, shares, shares, small),
    some.sampled_from(sorted(golden.PAGE_RULES)),
)


@settings(max_examples=15, deadline=None)
@given(asked=some.lists(words, min_size=1, max_size=20))
def test_a_word_gives_pythons_numbers_and_comes_again(modules: Any, asked: list[str]) -> None:
    for word, (again, numbers, limit) in zip(asked, modules.evaluate(WORDS, asked), strict=True):
        rule = golden.rule_of(word)
        assert numbers == {name: getattr(rule, name) for name in numbers}
        assert golden.rule_of(again) == rule
        wanted = rule.limit(2.0)
        assert limit == (wanted and pytest.approx(wanted, rel=1e-15))


def test_a_number_that_is_the_default_is_left_out(modules: Any) -> None:
    asked = ["momentum:0.90", "adam:0.9:0.99:1e-08", "adam:0.5:0.999", "rmsprop:0.9:1e-8"]
    again = [word for word, _, _ in modules.evaluate(WORDS, asked)]
    assert again == ["momentum", "adam:0.9:0.99", "adam:0.5", "rmsprop"]
