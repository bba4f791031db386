/** Linear interpolation between the ordered numbers. @param {number[]} ordered @param {number} share */
function quantile(ordered, share) {
  const at = (ordered.length - 1) * share;
  const low = ordered[Math.floor(at)] ?? Number.NaN;
  const high = ordered[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Median and quartiles. @param {readonly number[]} numbers @returns {import('./report.d.mts').Spread} */
export function spreadOf(numbers) {
  const ordered = [...numbers].sort((a, b) => a - b);
  return { median: quantile(ordered, 0.5), lower: quantile(ordered, 0.25), upper: quantile(ordered, 0.75) };
}

/**
 * Seconds per step as median and quartiles; of memory and load the worst.
 *
 * @param {Record<string, import('./report.d.mts').Sample[]>} samples by side
 * @returns {Record<string, import('./report.d.mts').Side>}
 */
export function summarise(samples) {
  return Object.fromEntries(Object.entries(samples).map(([side, list]) => [side, summariseSide(list)]));
}

/** @param {import('./report.d.mts').Sample[]} samples @returns {import('./report.d.mts').Side} */
function summariseSide(samples) {
  const failure = samples.find((sample) => sample.failure !== undefined)?.failure;
  const good = samples.filter((sample) => sample.failure === undefined);
  const steps = [...new Set(good.flatMap(({ seconds }) => Object.keys(seconds ?? {})))];
  const seconds = Object.fromEntries(
    steps.map((step) => [step, spreadOf(good.map((sample) => sample.seconds?.[step] ?? Number.NaN))]),
  );
  const peaks = good.flatMap(({ peak }) => (peak === undefined ? [] : [peak]));
  const { nodes, left } = good[0] ?? {};
  return {
    samples,
    seconds,
    load: Math.max(...samples.map(({ load }) => load)),
    ...(failure === undefined ? {} : { failure }),
    ...(peaks.length === 0 ? {} : { peak: Math.max(...peaks) }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(left === undefined ? {} : { left }),
  };
}
