import type { Criterion } from '@sentei/ir';
import { parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Quantity } from './types.ts';

const share = z.number().min(0);
const ratio = z.number().positive();

const schema = z
  .strictObject({
    maxDrop: share.optional(),
    maxShiftDrop: share.optional(),
    maxKl: share.optional(),
    minTop1: share.max(1).optional(),
    minCosine: z.number().min(-1).max(1).optional(),
    minSpeedup: ratio.optional(),
    maxMemoryRatio: ratio.optional(),
    maxSizeRatio: ratio.optional(),
    /** The worse end of an interval of this confidence has to be within each limit. */
    confidence: z.number().gt(0.5).lt(1).optional(),
  })
  .refine(
    (budget) => Object.entries(budget).some(([key, value]) => key !== 'confidence' && value !== undefined),
    {
      message: 'a budget needs at least one criterion, such as maxDrop=0.01',
    },
  );

/** What a candidate may cost and has to bring: limits by name, and the confidence they are held with. */
export type Budget = z.output<typeof schema>;

/** The criteria a budget can have. */
export type CriterionName = Exclude<keyof Budget, 'confidence'>;

/** What a criterion is about, and how its figures are written. */
export interface CriterionDefinition extends Pick<Criterion, 'bound' | 'neutral'> {
  readonly quantity: Quantity;
  readonly unit: 'per cent' | 'ratio' | 'number';
  /** A figure of the whole pair, not of a sample: it decides by itself whatever the confidence. */
  readonly isWhole?: boolean;
  readonly about: string;
}

/** All criteria, in the order in which they are printed and judged. */
export const CRITERIA: Readonly<Record<CriterionName, CriterionDefinition>> = {
  maxDrop: {
    quantity: 'drop',
    bound: 'at most',
    unit: 'per cent',
    about: 'loss of the metric on held-out data, relative to the original',
  },
  maxShiftDrop: {
    quantity: 'shift drop',
    bound: 'at most',
    unit: 'per cent',
    about: 'the same on each set of shifted data',
  },
  maxKl: {
    quantity: 'divergence',
    bound: 'at most',
    unit: 'number',
    about: 'mean divergence of output distributions, in nats',
  },
  minTop1: {
    quantity: 'top-1 agreement',
    bound: 'at least',
    unit: 'per cent',
    about: 'share of rows with the same largest output',
  },
  minCosine: {
    quantity: 'cosine similarity',
    bound: 'at least',
    unit: 'number',
    about: 'cosine similarity of outputs',
  },
  minSpeedup: {
    quantity: 'speed-up',
    bound: 'at least',
    unit: 'ratio',
    neutral: 1,
    about: 'time of the original over time of the candidate, at every size',
  },
  maxMemoryRatio: {
    quantity: 'memory ratio',
    bound: 'at most',
    unit: 'ratio',
    isWhole: true,
    about: 'peak memory relative to the original',
  },
  maxSizeRatio: {
    quantity: 'size ratio',
    bound: 'at most',
    unit: 'ratio',
    isWhole: true,
    about: 'bytes of the model relative to the original',
  },
};

/** Names of all criteria, in order. */
export const CRITERION_NAMES = Object.keys(CRITERIA) as readonly CriterionName[];

const KEYS: readonly string[] = [...CRITERION_NAMES, 'confidence'];

/**
 * Checks a budget given as an object.
 *
 * @throws SenteiError `invalid-option`
 */
export function checkBudget(budget: unknown): Budget {
  return parseOptions(schema, budget);
}

/**
 * Reads a budget from text: `maxDrop=0.01 confidence=0.95`, with spaces or commas between, per cent as `1%`; or from the
 * same as JSON, `{"maxDrop": 0.01}`.
 *
 * @throws SenteiError `invalid-option`
 */
export function parseBudget(text: string): Budget {
  if (text.trimStart().startsWith('{')) return checkBudget(parseJson(text));
  const found: Record<string, number> = {};
  for (const part of text.split(/[\s,]+/).filter((word) => word !== '')) {
    const [, key = '', digits = '', percent] = /^([A-Za-z][A-Za-z0-9]*)=([^%]+)(%?)$/.exec(part) ?? [];
    if (key === '') throw invalid(part, `'${part}' is no criterion of a budget`);
    if (!KEYS.includes(key)) throw invalid(key, `a budget has no '${key}'`);
    if (Object.hasOwn(found, key)) throw invalid(key, `the budget has ${key} twice`);
    const value = Number(digits);
    if (!Number.isFinite(value)) throw invalid(key, `${key} is '${digits}', which is no number`);
    found[key] = percent === '%' ? value / 100 : value;
  }
  return checkBudget(found);
}

/** Writes a budget as the text that reads back to it. */
export function printBudget(budget: Budget): string {
  const parts = KEYS.flatMap((key) => {
    const value = budget[key as keyof Budget];
    return value === undefined ? [] : [`${key}=${value}`];
  });
  return parts.join(' ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SenteiError('invalid-option', `the budget is no JSON: ${why}`, {
      subject: 'budget',
      hint: 'write it as {"maxDrop": 0.01} or as maxDrop=0.01',
      cause,
    });
  }
}

function invalid(subject: string, message: string): SenteiError {
  return new SenteiError('invalid-option', message, {
    subject,
    hint: `write name=number with names of ${KEYS.join(', ')}`,
  });
}
