// The runs of a class, each walked again from the choices in its link and so verified: nobody can hand in a loss
// that the choices do not lead to. The twin of Python's lesson/classroom.py.
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';
import { OBJECTIVE } from '../engine/choices.js';
import { fromFragment, networkOf } from '../keep/link.js';
import { trueLoss } from '../state/select.js';
import { isOtherData, isOtherNetwork } from '../state/state.js';

const SAY = SENTENCES.classroom;

/** The share of the way to the lowest loss within which a run has arrived, as Python's NEAR. */
const NEAR = 1e-3;

/** The share of the limit of its rate below which a run that has not arrived was too slow. */
const SLOW = 0.1;

/** Links that are run: a lecture hall several times over; and rows times steps of all, about 10 s (measured). */
const [MOST_LINKS, MOST_WORK] = [2000, 2e9];

/** The keys that a run cannot be made again without, as Python's page/link.py has them. */
const NEEDED = ['rule', 'rate', 'scale', 'steps', 'start'];

/** How a run can have ended, and what that is, as Python's ENDS. */
export const ENDS = SENTENCES.classroomEnds;

/**
 * Returns the students of rows, one each: {row, run, end, fault, answers}. Throws Error for more than a page runs.
 * @param {Store} store
 * @param {{row: number, link: string | null}[]} rows
 */
export async function studentsOf(store, rows, tell) {
  const { engine, state } = store;
  const asked = rows.map(({ row, link }) => ({ row, link, wish: link ? fromFragment(link, state.scene) : {} }));
  const links = asked.filter(({ link }) => link);
  const steps = asked.reduce((sum, { wish }) => sum + (wish.choices?.steps ?? 0), 0);
  if (links.length > MOST_LINKS || steps * state.scene.rows > MOST_WORK) {
    throw new Error(filled(SAY.more, [links.length, steps, state.scene.rows]));
  }
  const students = [];
  for (const one of asked) {
    students.push(await studentOf(engine, state, one));
    await tell(students.length);
  }
  return students;
}

async function studentOf(engine, state, { row, link, wish }) {
  const { answers = {} } = wish;
  const fault = link ? faultOf(state, link, wish) : SAY.noLink;
  if (fault) return { row, fault, answers: {}, run: null, end: '' };
  const choices = { ...state.scene.run.choices, start: null, ...wish.choices };
  try {
    const run = await engine.descend({ choices, rows: null });
    return { row, fault: '', answers, run, end: endOf(run) };
  } catch {
    return { row, fault: SAY.make, answers: {}, run: null, end: '' };
  }
}

/**
 * Returns why a link is left out; empty if it is not. Nothing of what it says is repeated.
 * @param {State} state
 */
function faultOf(state, link, wish) {
  if (wish.faults.length || isCut(link)) return SAY.damaged;
  if (isOtherData(state, wish)) return SAY.data;
  const choices = { ...state.scene.run.choices, ...wish.choices };
  const isOther = OBJECTIVE.some((name) => choices[name] !== state.scene.run.choices[name]);
  if (isOther || isOtherNetwork(state, networkOf(link) ?? {})) return SAY.model;
  return wish.points ? SAY.changed : '';
}

/** Whether a link ends in a key without a value, or lacks what a run cannot be made again without. */
function isCut(link) {
  return link.split('&').slice(1).some((part) => !part.includes('='))
    || !NEEDED.every((key) => link.includes(`&${key}=`));
}

/**
 * Returns how a run ended: one of ENDS.
 * @param {WalkedRun} run
 */
function endOf(run) {
  const [start, end] = [0, run.index.length - 1].map((i) => trueLoss(run, i));
  if (run.stop.reason === 'diverged' || !(end <= start)) return 'too large';
  const { lowest, limit } = run;
  if (lowest === null) return 'no lowest';
  if (end - lowest <= NEAR * (start - lowest)) return 'arrived';
  return limit !== null && run.rate[0] < SLOW * limit ? 'too small' : 'too few';
}

/**
 * Returns how often each of the tasks was answered right, by a mistake of a name, or otherwise wrong: by task
 * [[answer, count], ...]. A task of an exam, whose answer is not on the page, has what was answered.
 */
export function answeredIn(students, tasks) {
  return tasks.flatMap((task) => {
    const counts = new Map();
    for (const { answers } of students) {
      if (!(task.key in answers)) continue;
      const said = judged(task, answers[task.key]);
      counts.set(said, (counts.get(said) ?? 0) + 1);
    }
    return counts.size ? [[task, [...counts].sort(([, a], [, b]) => b - a)]] : [];
  });
}

function judged(task, value) {
  if (task.answer === undefined) return task.choices[value] ?? String(value);
  const isNear = (at) => Math.abs(at - value) <= task.tolerance;
  if (isNear(task.answer)) return 'right';
  return task.wrong.find(([, at]) => isNear(at))?.[0] ?? 'otherwise wrong';
}
