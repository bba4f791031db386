/**
 * Mean of -log2 p(next byte) over the L - 1 predictions of a window, with the log-softmax in float64.
 *
 * @param logits row-major [L, vocabulary]; row i predicts byte i + 1, so the last row is not read
 * @param window the L bytes, L at least 2
 */
export function nextByteBits(logits: ArrayLike<number>, vocabulary: number, window: Uint8Array): number {
  let total = 0;
  for (let position = 0; position + 1 < window.length; position += 1) {
    const start = position * vocabulary;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let index = start; index < start + vocabulary; index += 1) {
      maximum = Math.max(maximum, logits[index] ?? Number.NaN);
    }
    let sum = 0;
    for (let index = start; index < start + vocabulary; index += 1) {
      sum += Math.exp((logits[index] ?? Number.NaN) - maximum);
    }
    const target = logits[start + (window[position + 1] ?? 0)] ?? Number.NaN;
    total += (maximum - target + Math.log(sum)) / Math.LN2;
  }
  return total / (window.length - 1);
}
