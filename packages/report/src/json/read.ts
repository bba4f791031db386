import { SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Report } from './types.ts';

/** Numbers that JSON does not have stand as text. */
const figure = z.union([z.number(), z.enum(['Infinity', '-Infinity', 'NaN']).transform(Number)]);
const count = z.number().min(0);
const text = z.string();

const statistics = { nodes: count, parameters: count, bytes: count };

const modelFacts = z.looseObject({
  ...statistics,
  path: text,
  fileBytes: count,
  sha256: text,
  irVersion: z.number(),
  opsets: z.record(text, z.number()),
  externalData: z.array(text),
});

const patch = z.looseObject({
  pass: text,
  name: text,
  nodes: z.array(text),
  nodeCount: count.optional(),
  decision: z.enum(['applied', 'reverted', 'refused']),
  reason: text,
  guarantee: z.enum(['exact', 'bounded', 'empirical']).optional(),
  scores: z.record(text, figure),
});

const pass = z.looseObject({
  pass: text,
  place: text,
  run: count,
  milliseconds: count,
  verifyMilliseconds: count,
  before: z.looseObject(statistics),
  after: z.looseObject(statistics),
  decisions: z.looseObject({ applied: count, reverted: count, refused: count }),
  counters: z.record(text, figure),
  patches: z.array(patch),
});

const subBlock = z.looseObject({
  kind: text,
  norm: text,
  merge: text,
  heads: z.number().nullable(),
  nodes: count,
  nodesLeft: count,
  mergeLeft: z.boolean(),
  decisions: z.array(z.looseObject({ record: count, patch: count })),
});

const anatomy = z.looseObject({
  blocks: z.array(z.looseObject({ depth: count, subBlocks: z.array(subBlock) })),
  skipped: z.array(z.looseObject({ node: text, reason: text })),
});

const tiles = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('skipped'), reason: text }),
  z.looseObject({
    status: z.literal('done'),
    length: count,
    windows: count,
    heads: z.array(z.looseObject({ attention: count, skipped: z.array(z.number().min(0).max(1)) })),
  }),
]);

const share = z.number().min(0).max(1);

const headReach = z.looseObject({
  attention: count,
  head: count,
  scoreBound: figure,
  halfLife: figure.nullable(),
  span: z.looseObject({ median: count, most90: count, most: count }),
  kind: z.enum(['local', 'medium', 'global']),
  lengths: z.array(z.looseObject({ length: count, skipped: share, work: share })),
});

const reach = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('skipped'), reason: text }),
  z.looseObject({
    status: z.literal('done'),
    epsilon: z.number(),
    sequences: count,
    grid: z.looseObject({ rows: count, keys: count }),
    heads: z.array(headReach),
    others: z.array(z.looseObject({ attention: count, reason: text })),
    gains: z.array(
      z.looseObject({
        length: count,
        attentionShare: figure,
        workLeft: figure,
        attention: figure,
        model: figure,
      }),
    ),
    holding: z.array(z.looseObject({ attention: count, head: count, share: figure, modelWithout: figure })),
  }),
]);

const summary = z.looseObject({ median: figure, lowerQuartile: figure, upperQuartile: figure });

const quality = z.looseObject({
  metric: text,
  where: text,
  shift: text.nullable(),
  original: figure,
  candidate: figure,
  drop: figure,
});

const speed = z.looseObject({ label: text, original: summary, candidate: summary, speedup: summary });

const validation = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('skipped'), reason: text }),
  z.looseObject({ status: z.literal('impossible'), reason: text }),
  z.looseObject({ status: z.literal('done'), quality: z.array(quality), speed: z.array(speed) }),
]);

const range = z.looseObject({ path: text, from: count, to: count });

const machine = z.looseObject({
  cpu: text,
  logicalCores: count,
  usableCores: count,
  memory: count,
  operatingSystem: text,
  providers: z.array(text),
  gpus: z.array(z.object({ name: text, memory: z.number(), driver: text })).default([]),
});

/** What a page reads of a report; the rest is passed on as it is. */
const schema = z.looseObject({
  version: z.literal(1),
  startedAt: text,
  finishedAt: text,
  software: z.looseObject({ sentei: text, onnxruntimeNode: text.nullable(), node: text }),
  machine: machine.nullable(),
  options: z.looseObject({
    maxDrop: figure,
    threads: count,
    target: z.enum(['cpu', 'cuda']).optional(),
    validation: text,
    verify: text,
    seed: z.number(),
    stopAfter: count.nullable(),
  }),
  plugins: z.array(z.looseObject({ package: text, version: text })),
  pipeline: z.looseObject({ text }),
  data: z.looseObject({ calibration: range, selection: range, heldout: range }).nullable(),
  source: modelFacts,
  result: modelFacts,
  anatomy: anatomy.optional(),
  tiles: tiles.optional(),
  reach: reach.optional(),
  passes: z.array(pass),
  validation,
  budget: z.looseObject({ maxDrop: figure, heldoutDrop: figure.optional() }),
  warnings: z.array(text),
});

/**
 * Reads a report that `printReport` wrote, of this version of the format.
 *
 * @param path names the file in errors
 * @throws SenteiError `invalid-data`
 */
export function parseReport(json: string, path: string): Report {
  const { success, data, error } = schema.safeParse(parseJson(json, path));
  // Everything that is read of a report has been checked; what else it holds is only handed on.
  if (success) return data as unknown as Report;
  const [issue] = error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw new SenteiError('invalid-data', `${path} is no report of version 1: ${place}: ${issue?.message}`, {
    subject: path,
    hint: 'give a report.json that sentei prune has written',
    cause: error,
  });
}

const measuredFile = z.object({ sha256: text });
const measuredPair = z.object({ original: measuredFile, candidate: measuredFile.optional() });

/** Where files of measurements say what they are about: a benchmark in `files`, a validation at its top. */
const measuredPairs = [z.object({ files: measuredPair }).transform(({ files }) => files), measuredPair];

/**
 * Reads a file of measurements that goes with a report. Figures of other models have no place beside it, so files that tell
 * by hashes which models they are about have to be about these.
 *
 * @throws SenteiError `invalid-data` when it is no JSON object, or about other models
 */
export function parseMeasurements(
  json: string,
  path: string,
  { source, result }: Pick<Report, 'source' | 'result'>,
): Readonly<Record<string, unknown>> {
  const value = parseJson(json, path);
  for (const pair of measuredPairs) {
    const { data } = pair.safeParse(value);
    if (data === undefined) continue;
    const { original, candidate } = data;
    const isOther = original.sha256 !== source.sha256 || (candidate && candidate.sha256 !== result.sha256);
    if (!isOther) break;
    throw new SenteiError('invalid-data', `${path} is about other models than the report`, {
      subject: path,
      hint: 'measure the models whose SHA-256 is in the report',
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SenteiError('invalid-data', `${path} holds no JSON object`, {
    subject: path,
    hint: 'give a file that sentei validate or sentei benchmark has written with --json',
  });
}

function parseJson(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SenteiError('invalid-data', `${path} is no JSON: ${why}`, {
      subject: path,
      hint: 'give a report.json that sentei prune has written',
      cause,
    });
  }
}
