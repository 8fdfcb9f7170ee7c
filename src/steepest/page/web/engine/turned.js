// A table of numbers in one array, turned: row by row, as losses see them, or column by column, as
// the units of a network do.

/** Returns numbers that are row by row, (rows * columns), column by column. */
export function byColumn(values, columns) {
  const rows = values.length / columns;
  const out = new Float64Array(values.length);
  for (let row = 0, from = 0; row < rows; row += 1) {
    for (let j = 0; j < columns; j += 1, from += 1) out[j * rows + row] = values[from];
  }
  return out;
}

/** Returns the outputs of units, (outputs * rows), row by row in `out`. */
export function byRow(values, rows, out = new Float64Array(values.length)) {
  const outputs = values.length / rows;
  for (let k = 0, from = 0; k < outputs; k += 1) {
    for (let row = 0; row < rows; row += 1, from += 1) out[row * outputs + k] = values[from];
  }
  return out;
}
