/**
 * Measures what `check-metrics.py` asks for, with `@sentei/runtime`, and writes the figures beside the question:
 *
 *     node tools/conformance/measure-metrics.mjs <folder>
 *
 * `<folder>/cases.json` is a list of cases: a metric as a dataset card states it, a model, a second one to compare
 * with, and examples; the figures go to `<folder>/figures.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARRAY_OF, hostTensor } from '@sentei/data';
import {
  averagePrecision,
  chooseMetric,
  compareOnData,
  evaluate,
  measureBitsPerByte,
  startEngine,
} from '@sentei/runtime';

/** @typedef {{ type: 'float32' | 'int64', dims: number[], data: number[] }} PlainTensor */
/** @typedef {{ inputs: Record<string, PlainTensor>[], label?: number | number[] }} PlainExample */
/** @typedef {{ box: [number, number, number, number], category: number, score: number }} PlainBox */
/**
 * @typedef {object} Case
 * @property {string} name
 * @property {'metric' | 'agreement' | 'text' | 'boxes'} kind
 * @property {string} [model]
 * @property {string} [candidate]
 * @property {string} [metric]
 * @property {number} [batch]
 * @property {PlainExample[]} [examples]
 * @property {Record<string, number>} [padding]
 * @property {string} [text]
 * @property {number} [windowLength]
 * @property {number} [windows]
 * @property {{ detections: PlainBox[], truths: PlainBox[] }[]} [images]
 */

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: measure-metrics.mjs folder');

/** @param {PlainTensor} tensor */
function toTensor({ type, dims, data }) {
  return type === 'int64'
    ? hostTensor('int64', dims, BigInt64Array.from(data, BigInt))
    : hostTensor('float32', dims, ARRAY_OF.float32.from(data));
}

/** @param {Case} question @returns {import('@sentei/data').Dataset} */
function datasetOf({ name, examples = [], padding }) {
  const made = examples.map(({ inputs, label }, index) => ({
    source: `${name} ${index}`,
    hash: String(index),
    inputs: inputs.map((feeds) =>
      Object.fromEntries(Object.entries(feeds).map(([input, tensor]) => [input, toTensor(tensor)])),
    ),
    label,
  }));
  return {
    name,
    size: made.length,
    fingerprint: name,
    padding: padding && { values: padding, side: 'right' },
    async *read(from = 0, to = made.length) {
      yield* made.slice(from, to);
    },
  };
}

const engine = await startEngine({ threads: 1 });
/** @type {Map<string, import('@sentei/runtime').Session>} */
const sessions = new Map();

/** Cases that follow each other have the same model. @param {string} [model] */
async function load(model = '') {
  const session = sessions.get(model) ?? (await engine.load(model));
  sessions.set(model, session);
  return session;
}

/** @param {Case} question @returns {Promise<unknown>} */
async function figureOf(question) {
  const { kind, metric, batch = 1, images = [] } = question;
  if (kind === 'boxes') {
    const precision = averagePrecision({
      detections: ({ label }) => images[Number(label)]?.detections ?? [],
      truths: ({ label }) => images[Number(label)]?.truths ?? [],
    });
    const scores = images.map((_, label) => precision.score({ source: '', hash: '', inputs: [], label }, []));
    return precision.reduce(scores);
  }
  const session = await load(question.model);
  if (kind === 'text') {
    const { text = '', windowLength, windows } = question;
    return (await measureBitsPerByte(session, readFileSync(text), { windowLength, windows })).bitsPerByte;
  }
  const dataset = datasetOf(question);
  if (kind === 'agreement') {
    const [found] = await compareOnData(session, await load(question.candidate), dataset, { batch });
    return {
      divergence: found?.divergence?.mean,
      cosine: found?.cosineSimilarity.mean,
      top1: found?.top1Agreement?.mean,
      maximumAbsoluteError: found?.maximumAbsoluteError,
    };
  }
  const { value: first } = await dataset.read(0, 1)[Symbol.asyncIterator]().next();
  return (await evaluate(session, dataset, chooseMetric(session, first, metric), { batch })).value;
}

/** @type {Case[]} */
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
/** @type {Record<string, unknown>} */
const figures = {};
for (const question of cases) figures[question.name] = await figureOf(question);
await engine.close();
writeFileSync(join(folder, 'figures.json'), JSON.stringify(figures, undefined, 2));
