import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SenteiError } from '@sentei/ir';
import type { Metric } from './metric.ts';

const FORM =
  'Export as default an object with name, lowerIsBetter, score(example, outputs) and reduce(scores), as Metric of @sentei/runtime.';

/**
 * Imports a metric of the user's own: the default export of a module, or its export `metric`. Importing a module runs its
 * code, so only a file that the user names may be loaded. What its functions throw, and a figure that is no number, are
 * errors that name it.
 *
 * @throws SenteiError `invalid-plugin` when the module cannot be imported or exports no metric; the metric's own
 *   `score` and `reduce` throw it too
 */
export async function loadMetric(path: string): Promise<Metric> {
  let exported: { readonly default?: unknown; readonly metric?: unknown };
  try {
    exported = await import(/* @vite-ignore */ pathToFileURL(resolve(path)).href);
  } catch (cause) {
    throw invalid(path, `cannot be imported: ${wordsOf(cause)}`, 'Check the path and the module.', cause);
  }
  const metric = [exported.default, exported.metric].find(isMetric);
  if (!metric) throw invalid(path, 'exports no metric', FORM);
  const guarded = <Result>(what: string, action: () => Result): Result => {
    try {
      return action();
    } catch (cause) {
      if (cause instanceof SenteiError) throw cause;
      throw invalid(path, `${what} of metric '${metric.name}' fails: ${wordsOf(cause)}`, undefined, cause);
    }
  };
  const numberOf = (value: unknown): number => {
    if (typeof value === 'number') return value;
    throw invalid(path, `reduce of metric '${metric.name}' gives ${typeof value} instead of a number`, FORM);
  };
  return {
    name: metric.name,
    lowerIsBetter: metric.lowerIsBetter,
    outputs: metric.outputs,
    score: (example, outputs) => guarded('score', () => metric.score(example, outputs)),
    reduce: (scores) => numberOf(guarded('reduce', () => metric.reduce(scores))),
  };
}

/** By its form, since a module may bring another copy of this package. */
function isMetric(value: unknown): value is Metric {
  if (typeof value !== 'object' || value === null) return false;
  const { name, lowerIsBetter, outputs, score, reduce } = value as Partial<Record<keyof Metric, unknown>>;
  const hasOutputs =
    outputs === undefined ||
    (Array.isArray(outputs) && outputs.every((output) => typeof output === 'string'));
  return (
    typeof name === 'string' &&
    typeof lowerIsBetter === 'boolean' &&
    typeof score === 'function' &&
    typeof reduce === 'function' &&
    hasOutputs
  );
}

function wordsOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ');
}

function invalid(path: string, fault: string, hint?: string, cause?: unknown): SenteiError {
  return new SenteiError('invalid-plugin', `${path}: ${fault}`, {
    subject: path,
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
  });
}
