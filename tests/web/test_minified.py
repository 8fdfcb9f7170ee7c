"""The minified script does what the modules do: the same bits, whatever forms of JavaScript."""

import re
from typing import Any

import golden
import pytest

from steepest.page import joiner
from steepest.page.html import OF_OBJECTS, SENTENCES, _minified, _with_short_globals
from steepest.page.joiner import join

BOTH = """async ({ cases, text }) => {
  const plain = await import('/engine/local.js');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const minified = await import(url);
  const bits = (key, value) => (ArrayBuffer.isView(value)
    ? [value.constructor.name, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
    : Object.is(value, -0) || Number.isFinite(value) === false ? String(value) : value);
  const different = [];
  for (const [name, { scene, choices }] of Object.entries(cases)) {
    const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
    const ask = { choices, rows: null };
    const run = ({ localEngine }) => localEngine({ ...scene, ...arrays }).descend(ask);
    const [a, b] = await Promise.all([plain, minified].map(run));
    if (JSON.stringify(a, bits) !== JSON.stringify(b, bits)) different.push(name);
  }
  return different;
}"""


def test_the_minified_engine_takes_the_same_steps_to_the_bit(modules: Any) -> None:
    text = _minified(join("engine/local.js", ("localEngine",)) + "export { localEngine };\n")
    cases = golden.small_cases()
    assert len(cases) > 30
    assert modules.evaluate(BOTH, {"cases": cases, "text": text}) == []


@pytest.mark.parametrize(("entry", "export"), [("saved.js", "start"), ("notebook.js", "render")])
def test_the_joiner_takes_only_blanks_that_part_nothing(
    entry: str, export: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The minifier, which reads JavaScript, makes the same of the text with all its blanks."""
    joined = join(entry, (export,))
    monkeypatch.setattr(joiner, "_dense", lambda line: line)
    monkeypatch.setattr(joiner, "_code", joiner._code.__wrapped__)  # which remembers no line
    spaced = join(entry, (export,))
    assert len(joined) < 0.95 * len(spaced)
    assert _minified(joined) == _minified(spaced)


FORMS = {
    "texts in texts": "`a  ${[1, 2].map((v) => `  <b> ${`${v}  // no`}`).join('  /* no */ ')}  z`",
    "escapes": r"['\r\n\t\0\x00\u2028\uFEFF\uD800', `\r\0\uD800 \` \${a} $\{a} ${'`'}${'$'}{a}`]",
    "raw texts": r"String.raw`a\n${`b  \u0041`}  \x41`",
    "regular expressions": r"""['a/]"`b', 'x  y'].map((s) => s.replace(/[/\]"'`]+|\s{2}/, '  '))""",
    "division": "((a, g) => { const b = a++ / 2 / g; return [b, a / 3 / g, [9][0] / g]; })(9, 3)",
    "private fields": """(() => {
      class P {
        #n = 1;
        static #made = 0;
        static { P.#made = 7; }
        get n() { return this.#n; }
        set n(v) { this.#n = v; }
        #twice() { return 2 * this.#n; }
        has(o) { return #n in o && this.#twice(); }
        static made() { return P.#made; }
      }
      const p = new P();
      p.n = 5;
      return [p.n, p.has(p), p.has({}), P.made()];
    })()""",
    "scopes": """(() => {
      var e = 1, t = 2, out = [];
      for (let e = 0; e < 2; e++) { const t = e + 10; out.push(() => [e, t]); }
      {
        let t = 5;
        function inner(t = e) { var e = t; return e; }
        out.push(() => t, inner);
      }
      const { a = e, ...rest } = { b: t };
      return [out.map((f) => f()), a, rest, e, t];
    })()""",
    "semicolons left out": """(() => {
      let a = 1
      let b = a
      ;[a, b] = [b + 1, a]
      const f = () => {
        return
        1
      }
      a
      ++b
      return [a, b, f()]
    })()""",
    "signs": "((a, b) => [a - -b, a + +b, a - --b, +(-a), - -a, !(!a), a < !b, typeof -a])(3, 2)",
    "orders": """((a, b, c) => [(a + b) + c, a + (b + c), a * (b / c), (a * b) / c, a ** b ** c,
      (-a) ** 2, a - (b - c), -(a - b)])(0.1, 0.2, 0.3)""",
    "conditions": """((log) => {
      for (const v of [0, 1, null, undefined, '', NaN, 2]) {
        if (v == null) log.push('none');
        else if (v) { if (v > 1) log.push('many'); } else log.push('no');
        log.push(v ?? 'd', v || 'o', v && 'n', v?.x, !v ? 1 : 2);
      }
      return log;
    })([])""",
    "loops with labels": """(() => {
      const out = [];
      rows: for (let i = 0; i < 4; i++) {
        for (let j = 0; j < 4; j++) {
          if (j > i) continue rows;
          if (i + j > 5) break rows;
          out.push(i * j);
        }
      }
      do out.pop(); while (out.length > 5)
      return out;
    })()""",
    "a switch": """[0, 1, 2, 3].map((k) => { switch (k) {
      case 0: { const k = 'zero'; return k; }
      case 1: case 2: k += 10; default: return k;
    } })""",
    "what is thrown": "(() => { try { try { throw 1 } finally { 2 } } catch { return [3] } })()",
    "generators": "[...(function* (n) { yield* [n]; while (n < 4) yield n++; return 9; })(1)]",
    "accessors": "Object.entries({ get a() { return 1 }, 'b-c': 2, ['d' + 1]: 3, 4: 5, get: 7 })",
    "order of effects": """(() => {
      const log = [], f = (v) => (log.push(v), v);
      const a = f(1), b = f(2), { c = f(3), d = f(4) } = { c: f(5) };
      let x = f(6); x = x + f(7) * (x = f(8));
      return [log, a, b, c, d, x];
    })()""",
    "names of what is kept": "Object.keys({ undefined: 1, Infinity: 2, class: 3, let: 4 })",
    "large integers": "String([0xFFFFFFFFFFFFFFFFn * 2n, 1_000n ** 20n, 0b101, 0o17, 1_000_000])",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_the_language_keeps_its_meaning(form: str, modules: Any) -> None:
    source = f"const found = {form};\nexport {{ found }};\n"
    read = """async (texts) => Promise.all(texts.map(async (text) => {
      const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
      return JSON.stringify((await import(url)).found, (_, v) => (
        v === undefined || v !== v || Object.is(v, -0) ? String([typeof v, 1 / v]) : v));
    }))"""
    plain, minified = modules.evaluate(read, [source, _minified(source)])
    assert plain == minified
    assert len(plain) > len("[]")


NAMED = """(({ choices, network }) => {
  const found = [3, 1, 2].filter((one) => one > 1);
  const all = [0, ...found.slice(0, 1), ...[5].flatMap((one) => [one, one])];
  return [all, null?.choices, { choices }?.choices.rate, network ?.classes, '-1'.replace('-', '+')];
})({ choices: { rate: 2 }, network: { classes: 3 } })"""


def test_what_is_asked_of_objects_by_short_names_is_the_same(modules: Any) -> None:
    source = f"const found = {NAMED};\n"
    named = _with_short_globals(source)
    assert ".filter" not in named and "...[5]" in named
    values = [modules.evaluate(f"() => {{ {text}; return found; }}") for text in (source, named)]
    assert values[0] == values[1] == [[0, 3, 5, 5], None, 2, 3, "+1"]


def test_no_text_of_the_page_reads_as_if_something_were_asked_of_an_object() -> None:
    names = "|".join(OF_OBJECTS)
    script = join("saved.js", ("start",), apart={SENTENCES: "0"})
    texts = re.findall(r"'(?:[^'\\\n]|\\.)*'", script)
    assert len(texts) > 1000
    assert [text for text in texts if re.search(rf"(?<!\.)\.(?:{names})\b", text)] == []
