import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fromProto,
  Graph,
  GraphBuilder,
  Model,
  Tensor,
  tensorType,
  toProto,
  Value,
  writeModel,
} from '@sentei/ir';
import { onTestFinished } from 'vitest';

const WIDTH = 8;

/** An empty folder for the length of the running test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Weights that are the same every time: a small wave. */
function wave(size: number, scale = 1): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => scale * Math.sin(1 + index * 0.7));
}

export interface TinyOptions {
  /** Size of what one residual branch adds, relative to the stream. */
  readonly branch?: number;
  /** Size of the logits; at 0 every byte is as likely as any other: 8 bits per byte. */
  readonly logits?: number;
  readonly vocabulary?: number;
}

/**
 * A byte-level language model: an embedding, one residual map, and the product that gives the logits, with an Identity
 * node in between that has no use.
 */
export function byteModel({ branch = 0.1, logits = 1, vocabulary = 256 }: TinyOptions = {}): Model {
  const ids = new Value('ids', tensorType('int64', ['batch', 'sequence']));
  const graph = new Graph('tiny', [ids]);
  const builder = new GraphBuilder(graph);
  const weights = (dims: readonly [number, number], scale: number) =>
    builder.constant(Tensor.floats(wave(dims[0] * dims[1], scale), dims));
  const stream = builder.op('Gather', [weights([256, WIDTH], 1), ids]);
  const inner = builder.op('MatMul', [stream, weights([WIDTH, WIDTH], branch)]);
  const sum = builder.op('Add', [stream, builder.op('Identity', [inner])]);
  const output = builder.op('MatMul', [sum, weights([WIDTH, vocabulary], logits)]);
  output.type = tensorType('float32', ['batch', 'sequence', vocabulary]);
  graph.setOutputs([output]);
  return new Model(graph, [['', 17]], 8);
}

/** Writes a model and returns its path. */
export async function savedModel(folder: string, model: Model = byteModel()): Promise<string> {
  const path = join(folder, 'tiny.onnx');
  await writeModel(model, path);
  return path;
}

/** Writes a model whose weights all lie in `weights.bin` beside it, and returns its path. */
export async function savedExternalModel(folder: string): Promise<string> {
  const proto = toProto(byteModel());
  const weights: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of proto.graph?.initializer ?? []) {
    const bytes = tensor.rawData ?? new Uint8Array();
    tensor.externalData = [
      { key: 'location', value: 'weights.bin' },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(bytes.length) },
    ];
    tensor.dataLocation = 1;
    tensor.rawData = new Uint8Array();
    weights.push(bytes);
    offset += bytes.length;
  }
  await writeFile(join(folder, 'weights.bin'), Buffer.concat(weights));
  return savedModel(folder, fromProto(proto, { folder }));
}

/** Writes a text of the given size and returns its path. */
export async function savedText(folder: string, bytes = 8192): Promise<string> {
  const path = join(folder, 'text.txt');
  await writeFile(path, 'the quick brown fox jumps over the lazy dog. '.repeat(bytes / 44).slice(0, bytes));
  return path;
}

/** Names of all files and folders below a folder, in alphabetical order. */
export async function listing(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
