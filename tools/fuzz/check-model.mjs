/**
 * What must hold for every sequence of bytes given to the reader: it is refused with a typed error, or it is a model on
 * which the laws hold. Anything else is a defect and is thrown.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  countModel,
  inferTypes,
  readModelBytes,
  SenteiError,
  takeSnapshot,
  verify,
  writeModelBytes,
} from '@sentei/ir';

/** The most that one input below a megabyte may make the process grow. */
const MOST_GROWTH = 512 * 2 ** 20;
/** Elements of the tensors that are decoded: more only costs time. */
const MOST_ELEMENTS = 65_536;

/** A law that does not hold. */
export class BrokenLaw extends Error {
  name = 'BrokenLaw';
}

/** A folder such as a hostile model may sit in: a small data file, and a link that leads out. @returns {string} */
export function makeModelFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-fuzz-'));
  writeFileSync(
    join(folder, 'weights.bin'),
    new Uint8Array(256).map((_, index) => index),
  );
  symlinkSync(tmpdir(), join(folder, 'link'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * The result of `work`, or `undefined` where it refuses with a typed error.
 *
 * @template T @param {() => T} work @returns {T | undefined}
 */
export function typedOnly(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof SenteiError) return undefined;
    throw error;
  }
}

/**
 * Runs `check` and throws if the process grew beyond bounds meanwhile.
 *
 * @template T @param {() => T} check @returns {T}
 */
export function withinMemory(check) {
  const before = process.resourceUsage().maxRSS;
  const result = check();
  const growth = (process.resourceUsage().maxRSS - before) * 1024;
  if (growth > MOST_GROWTH) throw new BrokenLaw(`one input took ${Math.round(growth / 2 ** 20)} MiB`);
  return result;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} folder one of `makeModelFolder`
 * @returns {'refused' | 'read' | 'valid'} whether it is a model, and whether that passes the verifier
 */
export function checkModel(bytes, folder) {
  const read = typedOnly(() => {
    const model = readModelBytes(bytes, { folder });
    const problems = verify(model);
    countModel(model);
    // Parts that are decoded when they are asked for may be refused then.
    for (const graph of model.graphs()) for (const node of graph.nodes()) void node.metadataProps.size;
    return { model, problems };
  });
  if (read === undefined) return 'refused';
  const { model, problems } = read;
  readTensors(model);
  const written = typedOnly(() => writeModelBytes(model));
  if (written === undefined) return 'read';
  expectSame(written, writeModelBytes(readModelBytes(written, { folder })), 'writing what was written');
  const restore = takeSnapshot(model);
  inferTypes(model);
  scramble(model);
  restore();
  expectSame(written, writeModelBytes(model), 'undoing changes');
  return problems.length === 0 ? 'valid' : 'read';
}

/** @param {import('@sentei/ir').Model} model */
function readTensors(model) {
  for (const graph of model.graphs()) {
    for (const { tensor } of graph.initializers) {
      if (tensor === undefined || tensor.size > MOST_ELEMENTS) continue;
      typedOnly(() => tensor.bytes());
      typedOnly(() => tensor.numbers());
      typedOnly(() => tensor.bigints());
    }
  }
}

/** Changes of every kind; where the graph refuses one, the others go on. @param {import('@sentei/ir').Model} model */
function scramble(model) {
  model.metadataProps.set('scrambled', 'yes');
  for (const graph of [...model.graphs()]) {
    const nodes = [...graph.nodes()];
    for (const [index, node] of nodes.entries()) {
      const kind = index % 5;
      const [output] = node.outputs;
      if (kind === 0) node.metadataProps.set('visited', `${index}`);
      if (kind === 1 && output) output.name = `renamed ${index}`;
      if (kind === 2) node.setInputs([...node.inputs, ...node.inputs]);
      if (kind === 3) node.setAttribute('added', { kind: 'int', value: 1n });
      if (kind === 4) typedOnly(() => graph.remove(node));
    }
    graph.setOutputs(graph.outputs.slice(1));
    graph.initializers.clear();
  }
}

/** @param {Uint8Array} expected @param {Uint8Array} found @param {string} law */
function expectSame(expected, found, law) {
  if (Buffer.compare(expected, found) === 0) return;
  throw new BrokenLaw(`${law} changes the bytes: ${expected.length} bytes became ${found.length}`);
}
