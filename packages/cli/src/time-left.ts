/** Seconds after which older work counts for less; for long jobs a third of the time so far. */
const MEMORY = 15;
/** Seconds that the shown figure takes to move most of the way to a new estimate. */
const CALM = 6;
/** Seconds of work before anything is said. */
const BASIS = 2;

/**
 * Tells how long a job still takes from how far it is. Speed is averaged over time with more weight on what was last, and the
 * figure given goes down with the clock and moves to a new estimate by degrees, so that it can be read.
 */
export class TimeLeft {
  #total = 0;
  #done = 0;
  /** When work was last seen to be done, and how much of it. */
  #at = 0;
  #step = 0;
  #startedAt: number | undefined;
  #advances = 0;
  /** Decayed sums. */
  #seconds = 0;
  #units = 0;
  #shown: { readonly left: number; readonly at: number } | undefined;

  /** Forgets the job. */
  reset(): void {
    this.#startedAt = undefined;
  }

  /** @param now in seconds, never less than before */
  update(done: number, total: number, now: number): void {
    const isOther = done < this.#done || total > 2 * this.#total || 2 * total < this.#total;
    if (this.#startedAt === undefined || isOther) this.#start(done, now);
    this.#total = total;
    const [step, seconds] = [done - this.#done, now - this.#at];
    if (step <= 0 || seconds <= 0) return;
    const memory = Math.max(MEMORY, (now - (this.#startedAt ?? now)) / 3);
    const kept = Math.exp(-seconds / memory);
    this.#seconds = this.#seconds * kept + seconds;
    this.#units = this.#units * kept + step;
    this.#advances += 1;
    this.#done = done;
    this.#at = now;
    this.#step = step;
  }

  /** Seconds left, or `undefined` while there is nothing to go by. */
  at(now: number): number | undefined {
    if (this.#startedAt === undefined || this.#done >= this.#total) return undefined;
    if (this.#advances < 2 || now - this.#startedAt < BASIS) return undefined;
    const estimate = this.#estimate(now);
    const last = this.#shown ?? { left: estimate, at: now };
    const counted = last.left - (now - last.at);
    const share = 1 - Math.exp(-(now - last.at) / CALM);
    const calm = counted + (estimate - counted) * share;
    const left = Math.min(Math.max(calm, estimate / 2), 2 * estimate);
    this.#shown = { left, at: now };
    return left;
  }

  #start(done: number, now: number): void {
    this.#startedAt = now;
    this.#at = now;
    this.#done = done;
    this.#advances = 0;
    this.#seconds = 0;
    this.#units = 0;
    this.#shown = undefined;
  }

  #estimate(now: number): number {
    const pending = now - this.#at;
    const expected = (this.#seconds / this.#units) * this.#step;
    // A step that takes longer than those before says that the job has become slower.
    const late = Math.max(0, pending - expected);
    const perUnit = (this.#seconds + late) / this.#units;
    return Math.max(0, (this.#total - this.#done) * perUnit - Math.min(pending, expected));
  }
}
