// Losses on which a page cannot walk: it shows the steps that were recorded. What a row costs under
// them and what a margin predicts is all that it needs for that.

/** By name `cost(margin, y, choices)` of a row and `prediction(margin)`. */
export const RECORDED = {
  poisson: { cost: halfDeviance, prediction: (margin) => Math.exp(margin) },
  quantile: { cost: leaning, prediction: (margin) => margin },
};

/** With mu = exp(margin): `mu - y + y log(y / mu)`, so that where mu is near y nothing cancels. */
function halfDeviance(margin, y) {
  if (y === 0) return Math.exp(margin);
  const off = margin - Math.log(y);
  return y * (Math.expm1(off) - off);
}

function leaning(margin, y, { quantile }) {
  return Math.max(quantile * (y - margin), (1 - quantile) * (margin - y));
}
