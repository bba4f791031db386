import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { readTensorBytes } from '../codec/tensor-message.ts';
import { encodeMessage } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import type { ExternalRange } from '../graph/external-data.ts';
import type { Model } from '../graph/model.ts';

/** Every external range that the model refers to, sparse tensors and attributes included. */
export function externalRanges(model: Model): ExternalRange[] {
  const { tensors, sparse } = rangesByOwner(model);
  return [...tensors, ...sparse];
}

/** External ranges of parts of sparse tensors, which the graph keeps as messages and which therefore stay external. */
export function sparseRanges(model: Model): ExternalRange[] {
  return rangesByOwner(model).sparse;
}

function rangesByOwner(model: Model): {
  readonly tensors: ExternalRange[];
  readonly sparse: ExternalRange[];
} {
  const tensors: ExternalRange[] = [];
  const sparse: ExternalRange[] = [];
  const note = (range: ExternalRange | undefined, ranges = tensors) => {
    if (range !== undefined) ranges.push(range);
  };
  const noteSparse = (message: { values?: object; indices?: object } | undefined) => {
    for (const tensor of [message?.values, message?.indices]) {
      if (tensor) note(readTensorBytes(encodeMessage('TensorProto', tensor), model.folder).external, sparse);
    }
  };
  for (const graph of model.graphs()) {
    for (const value of graph.initializers) note(value.tensor?.external);
    for (const { message } of graph.sparseInitializers) noteSparse(message);
    for (const node of graph.nodes()) {
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'tensor') note(attribute.value.external);
        if (attribute.kind === 'tensors') for (const tensor of attribute.value) note(tensor.external);
        if (attribute.kind !== 'other') continue;
        noteSparse(attribute.message.sparseTensor);
        for (const part of attribute.message.sparseTensors ?? []) noteSparse(part);
      }
    }
  }
  return { tensors, sparse };
}

/** The range with its links resolved. @throws SenteiError `external-data` when the file is not there */
export async function sourcePath(range: ExternalRange): Promise<string> {
  try {
    return await realpath(range.path);
  } catch (cause) {
    throw new SenteiError('external-data', `external data file ${range.location} cannot be read`, {
      subject: range.location,
      hint: 'keep the data files of a model in the folder of the model',
      cause,
    });
  }
}

/**
 * Checks that every external file is there, is long enough for what the model wants of it, and has the checksum that the
 * model gives. Reads each file with a checksum once, piece by piece.
 *
 * @returns the number of files
 * @throws SenteiError `external-data` naming the file
 */
export async function checkExternalData(model: Model): Promise<number> {
  const files = new Map<string, ExternalRange[]>();
  for (const range of externalRanges(model)) {
    const known = files.get(range.path);
    if (known === undefined) files.set(range.path, [range]);
    else known.push(range);
  }
  for (const [path, ranges] of files) {
    const [first] = ranges;
    if (first === undefined) continue;
    await sourcePath(first);
    const { size } = await stat(path);
    for (const { location, offset, length = 0 } of ranges) {
      if (offset + length <= size) continue;
      throw new SenteiError('external-data', `external data file ${location} is too short`, {
        subject: location,
        hint: `${length} bytes are wanted at offset ${offset}, ${Math.max(size - offset, 0)} are there`,
      });
    }
    await checkSums(path, ranges);
  }
  return files.size;
}

async function checkSums(path: string, ranges: readonly ExternalRange[]): Promise<void> {
  const wanted = ranges.filter(({ checksum }) => checksum !== undefined);
  if (wanted.length === 0) return;
  const hash = createHash('sha1');
  for await (const piece of createReadStream(path)) hash.update(piece);
  const found = hash.digest('hex');
  const wrong = wanted.find(({ checksum }) => checksum?.toLowerCase() !== found);
  if (wrong === undefined) return;
  throw new SenteiError('external-data', `external data file ${wrong.location} is not the one of the model`, {
    subject: wrong.location,
    hint: `its SHA-1 is ${found}, the model wants ${wrong.checksum}`,
  });
}
