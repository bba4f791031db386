/**
 * One measurement of the built packages in a process of its own: prints JSON with seconds per step and the peak memory.
 *
 *     node tools/bench/measure.mjs round-trip|rename|cleanup|read <model> <output folder>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel, runPipeline, writeModel } from '@sentei/ir';
import { cleanup } from '@sentei/pass-cleanup';

const [task, path = '', folder = ''] = process.argv.slice(2);
const output = join(folder, 'model.onnx');
/** @type {Record<string, number>} */
const seconds = {};

/** @template T @param {string} step @param {() => Promise<T>} work @returns {Promise<T>} */
async function timed(step, work) {
  const start = performance.now();
  const result = await work();
  seconds[step] = (performance.now() - start) / 1000;
  return result;
}

/** Nodes of all graphs. @param {import('@sentei/ir').Model} model */
function countNodes(model) {
  let count = 0;
  for (const graph of model.graphs()) for (const _ of graph.nodes()) count++;
  return count;
}

/** The most memory the process has had resident, in bytes. Unlike `ru_maxrss` it does not start at the parent's. */
function peakMemory() {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

const facts = {};
const model = await timed('read', () => readModel(path));
if (task === 'rename') {
  for (const node of model.graph.nodes()) {
    const value = node.outputs[0];
    if (value === undefined) continue;
    value.name = `${value.name}_renamed`;
    break;
  }
}
if (task === 'cleanup') {
  const nodes = countNodes(model);
  const silent = { info: () => undefined, warn: () => undefined };
  const context = { logger: silent, judge: undefined, maxDrop: 0, progress: () => undefined };
  await timed('cleanup', () => runPipeline(model, [cleanup()], context));
  Object.assign(facts, { nodes, left: countNodes(model) });
}
if (task === 'round-trip' || task === 'rename') await timed('write', () => writeModel(model, output));
seconds.total = Object.values(seconds).reduce((sum, part) => sum + part, 0);
process.stdout.write(`${JSON.stringify({ seconds, peak: peakMemory(), ...facts })}\n`);
