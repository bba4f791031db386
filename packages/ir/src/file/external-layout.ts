import { basename, isAbsolute, normalize, sep } from 'node:path';
import type { TensorPlacement } from '../codec/tensor-message.ts';
import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';

/** How weights are moved to files beside the model. */
export interface ExternalDataOptions {
  /** File name, relative to the model. Default: that of the model with `.data`. */
  readonly location?: string | undefined;
  /** Tensors of fewer bytes stay in the model file, as shapes and scalars should. Default: 1,024. */
  readonly threshold?: number | undefined;
  /** Offsets are multiples of this, so that runtimes can map the file into memory. Default: 4,096. */
  readonly alignment?: number | undefined;
  /** Largest number of bytes in one file; more tensors go to a next one, `location` with `.1`, `.2`, … Default: no limit. */
  readonly shardBytes?: number | undefined;
  /** Whether the model notes the SHA-1 of each file. Default: false. */
  readonly checksum?: boolean | undefined;
}

/** One file of external data to be written. */
export interface DataFile {
  readonly location: string;
  readonly tensors: { readonly tensor: Tensor; readonly offset: number }[];
  length: number;
}

/**
 * Lays out the initializers of all graphs in files, in the order of the model. Tensors that attributes hold stay where
 * they are, as runtimes do not look for them elsewhere.
 *
 * @throws SenteiError `invalid-option` for a location outside the folder of the model or an impossible number
 */
export function layOutExternalData(model: Model, path: string, options: ExternalDataOptions): DataFile[] {
  const { threshold = 1024, alignment = 4096, shardBytes = Number.POSITIVE_INFINITY } = options;
  const location = checkLocation(options.location ?? `${basename(path)}.data`);
  for (const [name, value] of Object.entries({ threshold, alignment, shardBytes })) {
    if (value >= (name === 'threshold' ? 0 : 1)) continue;
    throw new SenteiError('invalid-option', `${name} of external data cannot be ${value}`, { subject: name });
  }
  const files: DataFile[] = [];
  const seen = new Set<Tensor>();
  let file: DataFile | undefined;
  for (const graph of model.graphs()) {
    // Functions have no initializers in a file: theirs become Constant nodes.
    if (graph.owner === null && graph !== model.graph) continue;
    for (const { tensor } of graph.initializers) {
      if (tensor === undefined || seen.has(tensor) || tensor.byteLength < Math.max(threshold, 1)) continue;
      seen.add(tensor);
      const offset = Math.ceil((file?.length ?? 0) / alignment) * alignment;
      if (file === undefined || (offset > 0 && offset + tensor.byteLength > shardBytes)) {
        file = {
          location: files.length === 0 ? location : `${location}.${files.length}`,
          tensors: [],
          length: 0,
        };
        files.push(file);
      }
      const at = file.length === 0 ? 0 : offset;
      file.tensors.push({ tensor, offset: at });
      file.length = at + tensor.byteLength;
    }
  }
  return files;
}

/** The bytes of a data file in order, the gaps between tensors included. */
export function* dataFilePieces(file: DataFile): Generator<Uint8Array> {
  let at = 0;
  for (const { tensor, offset } of file.tensors) {
    if (offset > at) yield new Uint8Array(offset - at);
    yield* tensor.pieces();
    at = offset + tensor.byteLength;
  }
}

/** What the model says about where the tensors of a file lie. */
export function placementsOf(file: DataFile, checksum: string | undefined): [Tensor, TensorPlacement][] {
  return file.tensors.map(({ tensor, offset }) => {
    const entries = new Map([
      ['location', file.location],
      ['offset', `${offset}`],
      ['length', `${tensor.byteLength}`],
    ]);
    if (checksum !== undefined) entries.set('checksum', checksum);
    return [tensor, { kind: 'external', entries }];
  });
}

function checkLocation(location: string): string {
  const normal = normalize(location);
  const leaves = normal === '..' || normal.startsWith(`..${sep}`) || isAbsolute(location);
  if (!leaves && location !== '' && !location.includes('\0') && !normal.endsWith(sep) && normal !== '.')
    return normal;
  throw new SenteiError('invalid-option', `external data cannot be written to '${location}'`, {
    subject: location,
    hint: 'give a file name relative to the folder of the model and inside it',
  });
}
