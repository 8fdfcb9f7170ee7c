// The links in what a class handed in: a table with one link a row, in any column, or one link a line. Of each row
// the link alone is taken; names and all else are not kept. The twin of `link_of_cells` in Python's page/link.py.

const LINK = /(?:^|[#&])v=\d+&/;

/** A cell that goes on with a link that commas cut in two: more of its state, or of a list of numbers. */
const MORE = /&[\w.]+=/;
const NUMBERS = /[&](window|start|x|y|view|hidden|features)=[^&]*$/;

/**
 * Returns the rows as {row, link}, where `row` counts from 1, and `link` is null where there is none. A first row
 * without a link has the names of the columns; one without words is none.
 */
export function linksIn(text) {
  const parts = [',', ';', '\t'];
  const count = (sign) => text.split(sign).length;
  const delimiter = parts.reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  return recordsOf(text, delimiter).flatMap((cells, i) => {
    const at = cells.findIndex((cell) => LINK.test(cell.trim()));
    if (at >= 0) return [{ row: i + 1, link: wholeLink(cells, at, delimiter).split('#').at(-1) }];
    return i > 0 && cells.some((cell) => cell.trim()) ? [{ row: i + 1, link: null }] : [];
  });
}

/** Returns a link with the cells after it that are its own: one that was not quoted is cut at each comma. */
function wholeLink(cells, at, delimiter) {
  const first = cells[at].trim();
  if (delimiter !== ',' || first.includes(',')) return first;
  let end = Math.max(at, cells.findLastIndex((cell) => MORE.test(cell)));
  let link = cells.slice(at, end + 1).join(',');
  while (NUMBERS.test(link) && /^[-+.\d]/.test(cells[end + 1] ?? '')) {
    end += 1;
    link += `,${cells[end]}`;
  }
  return link.trim();
}

/** Returns the cells of each record of a table: in quotes what parts them is a part of a cell. */
function recordsOf(text, delimiter) {
  const records = [['']];
  let quoted = false;
  for (const sign of text.replace(/^\ufeff/, '').replaceAll('\r', '')) {
    const cells = records.at(-1);
    if (sign === '"') quoted = !quoted;
    else if (quoted) cells.push(cells.pop() + sign);
    else if (sign === delimiter) cells.push('');
    else if (sign === '\n') records.push(['']);
    else cells.push(cells.pop() + sign);
  }
  return records;
}
