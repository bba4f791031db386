/**
 * The number below which a standard normal variable lies with the given probability, to about 1e-12, by Newton's method.
 *
 * @param probability between 1e-9 and 1 - 1e-9; others are taken as the nearer of these
 */
export function normalQuantile(probability: number): number {
  const p = Math.min(Math.max(probability, 1e-9), 1 - 1e-9);
  let x = 0;
  for (let step = 0; step < 100; step += 1) {
    const change = (normalProbability(x) - p) / density(x);
    // In the tails the density is so small that a whole step would overshoot.
    x -= Math.min(Math.max(change, -1), 1);
    if (Math.abs(change) < 1e-13) break;
  }
  return x;
}

/** Probability that a standard normal variable is below `x`, by a series (Marsaglia, J. Stat. Software 11(4), 2004). */
export function normalProbability(x: number): number {
  let [sum, term] = [x, x];
  for (let factor = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && factor < 1000; factor += 2) {
    term *= (x * x) / factor;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
