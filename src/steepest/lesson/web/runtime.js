// The runtime of a learning management system, SCORM 1.2 or 2004, as far as tasks need it.
//
// A runtime accepts what another refuses, so the limits are kept here: numbers in fixed point with an ASCII
// hyphen, times with two decimals, the state in 4,096 letters. Completion and score are always set: no system
// sets one by the other.

const MOST_LETTERS = 4096;

/** The score from which on a run of the tasks counts as passed, of 100. */
const PASS = 60;

/** How the two versions call what is told to them. */
const NAMES = {
  1.2: {
    begin: 'LMSInitialize', set: 'LMSSetValue', get: 'LMSGetValue', keep: 'LMSCommit', end: 'LMSFinish',
    state: 'cmi.suspend_data', exit: 'cmi.core.exit', time: 'cmi.core.session_time', score: 'cmi.core.score',
    completion: 'cmi.core.lesson_status', response: 'student_response', at: 'time', wrong: 'wrong',
  },
  2004: {
    begin: 'Initialize', set: 'SetValue', get: 'GetValue', keep: 'Commit', end: 'Terminate',
    state: 'cmi.suspend_data', exit: 'cmi.exit', time: 'cmi.session_time', score: 'cmi.score',
    completion: 'cmi.completion_status', response: 'learner_response', at: 'timestamp', wrong: 'incorrect',
  },
};

/** Returns the runtime in a window, its parents or its opener: {api, version}; null where there is none. */
export function findRuntime(start) {
  for (const top of [start, start.opener]) {
    let at = top;
    for (let i = 0; at && i < 20; i += 1) {
      const found = apiIn(at);
      if (found) return found;
      if (at.parent === at) break;
      at = at.parent;
    }
  }
  return null;
}

function apiIn(window) {
  try {
    if (window.API_1484_11) return { api: window.API_1484_11, version: 2004 };
    if (window.API) return { api: window.API, version: 1.2 };
  } catch {
    // A window of another origin: nothing of it can be read.
  }
  return null;
}

/** Begins a session; without a runtime one that forgets. `faults` are the calls that were refused. */
export function beginSession(found, now = () => new Date()) {
  const began = now();
  const names = found && NAMES[found.version];
  const faults = [];
  let open = Boolean(found);
  const call = (name, ...values) => (open ? found.api[names[name]](...values) : '');
  const set = (key, value) => {
    if (open && String(call('set', key, String(value))) !== 'true') faults.push(`${key}=${value}`);
  };
  // A session that has ended is not begun once more: a runtime that says so is let alone.
  open = String(call('begin', '')) === 'true';
  if (open && !['completed', 'passed', 'failed'].includes(call('get', names.completion))) {
    set(names.completion, 'incomplete');
  }
  return {
    faults,
    state: () => readState(open ? call('get', names.state) : ''),
    keep(state) {
      const text = JSON.stringify(state);
      if (!open) return;
      if (text.length <= MOST_LETTERS) set(names.state, text);
      else faults.push(`the state has ${text.length} letters`);
      set(names.exit, 'suspend');
      call('keep', '');
    },
    report(score, answers) {
      if (!open) return;
      answers.forEach((answer, i) => tellAnswer(set, names, found.version, i, answer, now()));
      tellScore(set, names, found.version, score);
      call('keep', '');
    },
    end() {
      if (!open) return;
      set(names.time, lasted((now() - began) / 1000, found.version));
      call('keep', '');
      call('end', '');
      open = false;
    },
  };
}

/** Tells the score, and that the tasks are completed: no runtime sets one by the other. */
function tellScore(set, names, version, score) {
  for (const [name, value] of [['min', 0], ['max', 100], ['raw', score]]) set(`${names.score}.${name}`, value);
  if (version === 2004) {
    set('cmi.score.scaled', fixed(score / 100));
    set('cmi.success_status', score >= PASS ? 'passed' : 'failed');
  }
  set(names.completion, 'completed');
}

/** Tells one answer: what was asked, given and right. */
function tellAnswer(set, names, version, i, { key, given, choice, low, high, right }, now) {
  const at = `cmi.interactions.${i}`;
  set(`${at}.id`, key);
  set(`${at}.type`, choice ? 'choice' : 'numeric');
  const pattern = choice ? letter(low) : version === 2004 ? `${fixed(low)}[:]${fixed(high)}` : fixed((low + high) / 2);
  set(`${at}.correct_responses.0.pattern`, pattern);
  set(`${at}.${names.at}`, version === 2004 ? stamp(now) : now.toISOString().slice(11, 19));
  set(`${at}.${names.response}`, choice ? letter(given) : fixed(given));
  set(`${at}.result`, right ? 'correct' : names.wrong);
}

function letter(place) {
  return 'abcdefghij'[place];
}

function readState(text) {
  try {
    const state = JSON.parse(text || '{}');
    return state && typeof state === 'object' && !Array.isArray(state) ? state : {};
  } catch {
    return {};
  }
}

/** Returns a number in fixed point: no exponent, no plus, a digit before the point. */
export function fixed(number) {
  const text = number.toFixed(4).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** Returns a moment to hundredths of a second: three decimals are refused with an offset, none too. */
export function stamp(now) {
  return now.toISOString().replace(/(\.\d\d)\dZ$/, '$1Z');
}

/** Returns how long a session lasted, as the version writes it. */
export function lasted(seconds, version) {
  const hundredths = Math.round(100 * seconds);
  if (version === 2004) return `PT${(hundredths / 100).toFixed(2)}S`;
  const two = (value) => String(value).padStart(2, '0');
  const whole = Math.floor(hundredths / 100);
  const hours = String(Math.min(9999, Math.floor(whole / 3600))).padStart(4, '0');
  return `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${two(hundredths % 100)}`;
}
