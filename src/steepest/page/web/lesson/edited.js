// A lesson as a lecturer edited it in the page: its title, start and rate, builds in another order or left out, and
// sentences.

/**
 * Returns what is edited of a record: its title, empty where it is as it was; all keys in their order, those that are
 * left out, and sentences by language.
 * @returns {{title: string, order: string[], hidden: string[], say: Record<string, Record<string, string>>}}
 */
export function editsOf({ builds, edits }) {
  const known = builds.map(({ key }) => key);
  const kept = (edits?.order ?? []).filter((key) => known.includes(key));
  const order = [...kept, ...known.filter((key) => !kept.includes(key))];
  return { title: edits?.title ?? '', order, hidden: edits?.hidden ?? [], say: edits?.say ?? {} };
}

/** Returns the rows of the line with the start and the rate that a lecturer chose. */
export function editedNumbers({ numbers, edits }) {
  return { ...numbers, ...edits?.walk, isChosen: numbers.isChosen || Boolean(edits?.walk?.start) };
}

/** Returns the builds of a record that are shown, in their order; all where none would be left. */
export function editedBuilds(record) {
  const { order, hidden } = editsOf(record);
  const shown = order.filter((key) => !hidden.includes(key));
  return (shown.length ? shown : order).map((key) => record.builds.find((one) => one.key === key));
}

/** Returns a build without its sentences, whatever its rows are like. */
function withoutSentences(build) {
  return Object.fromEntries(Object.entries(build).filter(([name]) => !name.startsWith('say')));
}

/** Returns the words of a language with the sentences that a lecturer wrote. */
export function editedWords(record, language) {
  const words = record.words[language];
  const { title, say } = editsOf(record);
  const own = say[language] ?? {};
  const changed = Object.entries(own).filter(([key]) => key in words.builds)
    .map(([key, text]) => [key, { ...withoutSentences(words.builds[key]), say: text }]);
  return { ...words, title: title || words.title, builds: { ...words.builds, ...Object.fromEntries(changed) } };
}

/** Returns a record with its edits for good: what is left out is no longer in it. */
export function closedRecord(record) {
  const builds = editedBuilds(record);
  const kept = builds.map(({ key }) => key);
  const words = Object.keys(record.words).map((language) => {
    const sentences = editedWords(record, language);
    const shown = Object.entries(sentences.builds).filter(([key]) => kept.includes(key));
    return [language, { ...sentences, builds: Object.fromEntries(shown) }];
  });
  return { ...record, builds, numbers: editedNumbers(record), words: Object.fromEntries(words), edits: null };
}
