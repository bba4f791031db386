import type { Judge, Model, PassContext, Progress, Split } from '@sentei/ir';
import { branchesLeft } from './residual-model.ts';

/** A judge whose metric starts at 1 and rises by the cost of every branch that is gone. */
export class FakeJudge implements Judge {
  readonly metric = { name: 'bits per byte', lowerIsBetter: true };
  /** What was measured: the split and the branches that were left. */
  readonly log: string[] = [];
  readonly #cost: (gone: ReadonlySet<number>, split: Split) => number;
  #all: readonly number[] | undefined;

  constructor(cost: (gone: ReadonlySet<number>, split: Split) => number) {
    this.#cost = cost;
  }

  async measure(model: Model, split: Split): Promise<number> {
    const left = branchesLeft(model);
    this.#all ??= left;
    this.log.push(`${split} ${left.join('')}`);
    return 1 + this.#cost(new Set(this.#all.filter((index) => !left.includes(index))), split);
  }
}

/** The sum of the costs of all branches that are gone. */
export function additive(...costs: readonly number[]): (gone: ReadonlySet<number>) => number {
  return (gone) => [...gone].reduce((sum, index) => sum + (costs[index] ?? 0), 0);
}

export function contextWith(
  judge: Judge | undefined,
  maxDrop: number,
  signal?: AbortSignal,
): PassContext & { readonly steps: Progress[] } {
  const steps: Progress[] = [];
  const logger = { info: () => undefined, warn: () => undefined };
  const base = { logger, judge, maxDrop, steps, progress: (step: Progress) => void steps.push(step) };
  return signal === undefined ? base : { ...base, signal };
}
