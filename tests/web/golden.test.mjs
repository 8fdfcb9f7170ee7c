// The golden runs of Python in node's own runner; `tests/web/test_golden.py` starts it with the
// path of the cases in GOLDEN.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { localEngine } from '../../src/steepest/page/web/engine/local.js';

const TOLERANCE = 1e-11;
const COLUMNS = ['params', 'gradient', 'loss', 'fullLoss', 'norm', 'rate'];

const cases = JSON.parse(readFileSync(process.env.GOLDEN, 'utf8'));

function largestMiss(found, wanted) {
  const size = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - found[i]))) / size;
}

test('there are cases', () => assert.ok(Object.keys(cases).length > 30));

for (const [name, { scene, choices, run }] of Object.entries(cases)) {
  test(name, async () => {
    const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
    const found = await localEngine({ ...scene, ...arrays }).descend({ choices, rows: null });
    assert.equal(found.count, run.count);
    assert.deepEqual(found.stop, run.stop);
    for (const column of COLUMNS) {
      // Near the end how far a search goes is chance, since it hardly matters.
      if (column === 'rate' && choices.learning_rate === 'auto') continue;
      assert.equal(found[column].length, run[column].length);
      assert.ok(largestMiss(found[column], run[column]) <= TOLERANCE, column);
    }
    const said = ({ level, message, remedy }) => ({ level, message, remedy });
    assert.deepEqual(found.verdicts.map(said), run.verdicts.map(said));
  });
}
