/**
 * Runs every .onnx file under the given folders through `cleanup`, then through `fuse`, too, and compares what ONNX Runtime
 * computes from the original and from the result, on the inputs of `test_data_set_0` beside the file, else on made-up ones.
 *
 *     node tools/conformance/check-cleanup.mjs <folder or file> ...
 *
 * Without its rounding rules the pass has to keep every bit (the payload of a NaN apart), with them and with fusions every
 * number up to rounding. Files that ONNX Runtime does not run as they are, or that give other numbers each time, are left out and
 * counted by cause. Prints one line per mismatch, then the counts. Exit code 0 when all outputs agree, 1 when some do not,
 * 2 when nothing could be compared.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isTensorType, readModelBytes, runPipeline, Tensor, writeModelBytes } from '@sentei/ir';
import { cleanup, fuse } from '@sentei/pass-cleanup';
import { createExecutor, synthesizeInputs } from '@sentei/runtime';
import { modelsUnder } from './model-files.mjs';

/** Largest difference, relative to the largest number of an output, that the rounding rules may cause. */
const TOLERANCE = { float16: 2e-2, float32: 1e-4, float64: 1e-9 };
const LANES = 2;

const CAUSES = [
  [/IR version/, 'newer IR version'],
  [/is under development|till opset/, 'newer opset'],
  [
    /Unsupported data type|cannot be carried|cannot be sent|has elements of type|no tensor/,
    'types the binding cannot carry',
  ],
  [/No Op registered|not a registered function|Could not find an implementation/, 'no kernel'],
];

/** @param {string} path */
function read(path) {
  return readModelBytes(readFileSync(path), { folder: dirname(resolve(path)) });
}

/** A length as protobuf writes it. @param {number} value @returns {number[]} */
function varint(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** The tensor of a .pb file, read as the only initializer of an otherwise empty model. @param {string} path */
function readTensor(path) {
  const bytes = readFileSync(path);
  const head = [0x2a, ...varint(bytes.length)];
  const graph = [0x3a, ...varint(head.length + bytes.length)];
  const model = readModelBytes(Buffer.concat([Buffer.from([0x08, 8, ...graph, ...head]), bytes]));
  const [value] = model.graph.initializers;
  if (value?.tensor === undefined) throw new Error(`${path} holds no tensor`);
  return value.tensor;
}

/** Tensors by input name. @param {string} path @param {import('@sentei/ir').Model} model */
function feedsOf(path, { graph }) {
  const stem = join(dirname(path), basename(path, '.onnx'));
  const folder = [join(stem, 'test_data_set_0'), join(dirname(path), 'test_data_set_0')].find(existsSync);
  const inputs = graph.inputs.filter((input) => input.tensor === undefined);
  const files = inputs.map((_, index) => join(folder ?? '', `input_${index}.pb`));
  if (folder !== undefined && files.every(existsSync))
    return new Map(inputs.map(({ name }, index) => [name, readTensor(files[index] ?? '')]));
  const signature = inputs.map(({ name, type }) => ({
    name,
    type: isTensorType(type) ? type.elementType : null,
    dims: (isTensorType(type) ? type.shape : undefined) ?? null,
  }));
  const made = synthesizeInputs(/** @type {any} */ (signature), { length: 4 });
  return new Map(
    Object.entries(made).map(([name, { type, dims, data }]) => {
      if (type === 'string') throw new Error(`input '${name}' has elements of type string`);
      return [name, Tensor.fromBytes(type, dims, new Uint8Array(data.buffer))];
    }),
  );
}

/** @param {Map<string, Tensor>} expected @param {Map<string, Tensor>} found @param {boolean} rounding */
function difference(expected, found, rounding) {
  for (const [name, a] of expected) {
    const b = found.get(name);
    if (b === undefined) return `output ${name} is gone`;
    const [was, is] = [a, b].map(({ dataType, dims }) => `${dataType}[${dims}]`);
    if (was !== is) return `${name}: ${was} became ${is}`;
    if (Buffer.compare(a.bytes(), b.bytes()) === 0) continue;
    if (!a.isFloat) return `${name}: other numbers`;
    const [x, y] = [a.numbers(), b.numbers()];
    const scale = x.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    const limit = rounding ? scale * (TOLERANCE[/** @type {'float32'} */ (a.dataType)] ?? 0) : 0;
    const at = x.findIndex(
      (value, i) => !Object.is(value, y[i]) && !(Math.abs(value - (y[i] ?? 0)) <= limit && limit > 0),
    );
    if (at !== -1) return `${name}: ${x[at]} became ${y[at]} at ${at}`;
  }
  return '';
}

/** @param {unknown} error */
function causeOf(error) {
  const text = error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
  return (
    CAUSES.find(([pattern]) => /** @type {RegExp} */ (pattern).test(text))?.[1] ?? 'ONNX Runtime fails on it'
  );
}

/** What is compared, and whether only up to rounding. */
const STAGES = /** @type {const} */ ([
  ['without rounding rules', false, () => [cleanup({ rounding: false })]],
  ['with rounding rules', true, () => [cleanup()]],
  ['with fusions for cpu', true, () => [cleanup(), fuse({ target: 'cpu' })]],
  ['with fusions for cuda', true, () => [cleanup(), fuse({ target: 'cuda' })]],
]);

/** @param {string} path @param {import('@sentei/ir').Pass[]} passes @param {import('@sentei/ir').Executor} executor */
async function cleaned(path, passes, executor) {
  const model = read(path);
  const silent = { info: () => undefined, warn: () => undefined };
  const context = { logger: silent, judge: undefined, executor, maxDrop: 0, progress: () => undefined };
  const records = await runPipeline(model, passes, context);
  return {
    model,
    bytes: writeModelBytes(model),
    nodes: (records[0]?.before.nodes ?? 0) - (records.at(-1)?.after.nodes ?? 0),
  };
}

/**
 * @param {string} path @param {import('@sentei/ir').Executor} executor
 * @returns {Promise<{ skipped?: string, mismatch?: string, changed?: boolean, nodes?: number }>}
 */
async function check(path, executor) {
  let feeds;
  let expected;
  try {
    const model = read(path);
    feeds = feedsOf(path, model);
    expected = await executor.run(model, feeds);
  } catch (error) {
    // A fault of this script is not one of the file.
    if (error instanceof ReferenceError) throw error;
    return { skipped: String(causeOf(error)) };
  }
  let last = readFileSync(path);
  let nodes = 0;
  let changed = false;
  for (const [stage, rounding, passes] of STAGES) {
    try {
      const result = await cleaned(path, passes(), executor);
      if (Buffer.compare(result.bytes, last) === 0) continue;
      last = Buffer.from(result.bytes);
      nodes = result.nodes;
      changed = true;
      const why = difference(expected, await executor.run(result.model, feeds), rounding);
      if (why === '') continue;
      const again = await executor.run(read(path), feeds);
      if (difference(expected, again, false) !== '') return { skipped: 'other numbers each time' };
      return { mismatch: `${stage}: ${why}` };
    } catch (error) {
      return { mismatch: `${error instanceof Error ? error.message : error}` };
    }
  }
  return { changed, nodes };
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

const files = process.argv.slice(2).flatMap(modelsUnder);
const skipped = new Map();
let [same, changed, nodes, mismatches] = [0, 0, 0, 0];
const pending = [...files].reverse();

async function lane() {
  const executor = createExecutor({ runsPerProcess: 200, timeoutMs: 120_000 });
  try {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const result = await check(path, executor);
      if (result.skipped !== undefined) skipped.set(result.skipped, (skipped.get(result.skipped) ?? 0) + 1);
      else if (result.mismatch === undefined) {
        same++;
        changed += result.changed === true ? 1 : 0;
        nodes += result.nodes ?? 0;
      } else {
        mismatches++;
        print(`${relative('.', path)}  ${result.mismatch}`);
      }
    }
  } finally {
    await executor.close();
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
const causes = [...skipped].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cause, count]) => `${count} ${cause}`);
print(`cleanup: ${same} same (${changed} changed, ${nodes} nodes fewer), ${mismatches} different`);
print(`left out: ${causes.join(', ') || 'none'}`);
process.exit(mismatches > 0 ? 1 : same === 0 ? 2 : 0);
