import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { SenteiError, type Split } from '@sentei/ir';
import type { SplitRange } from '@sentei/report';

export interface DataSplits {
  readonly ranges: Readonly<Record<Split, SplitRange>>;
  readonly texts: Readonly<Record<Split, Uint8Array>>;
}

export interface DataFiles {
  /** Text to calibrate and select on, and to judge on where no other file is given. */
  readonly data: string;
  /** Text to judge on. */
  readonly heldout?: string | undefined;
}

/** One window of 512 bytes to calibrate and to select on, two to judge on. */
const SHORTEST = { calibration: 512, selection: 512, heldout: 1024 } as const;
const LARGEST = 2 ** 30;

/** Bytes of the windows in which two texts are compared, as those of a dataset card. */
const WINDOW = 1024;

/**
 * Reads text and divides it so that no byte is in two splits. One file: the first quarter calibrates, the second selects,
 * the second half judges. Two files: the halves of the first calibrate and select, the other one judges.
 *
 * @throws SenteiError `invalid-data` when a file cannot be read, is too short, is given twice, or judges with windows that
 *   the other one has too
 */
export async function readSplits({ data, heldout }: DataFiles): Promise<DataSplits> {
  const text = await readText(data);
  const judged = heldout === undefined ? text : await readText(heldout);
  if (heldout !== undefined && (await isSameFile(data, heldout))) {
    throw invalid(
      heldout,
      'is given as data and as held-out data',
      'give another text, or leave --heldout out',
    );
  }
  const ranges = rangesOf({ data, heldout }, text.length, judged.length);
  for (const [split, shortest] of Object.entries(SHORTEST)) {
    const { path, from, to } = ranges[split as Split];
    if (to - from >= shortest) continue;
    const size = path === data ? text.length : judged.length;
    throw invalid(
      path,
      `is too short: of its ${size} bytes ${to - from} would be for ${split}, ${shortest} are needed`,
      'a few hundred kilobytes of text like what the model is for are a good size',
    );
  }
  const cut = (bytes: Uint8Array, { from, to }: SplitRange) => bytes.subarray(from, to);
  const texts = {
    calibration: cut(text, ranges.calibration),
    selection: cut(text, ranges.selection),
    heldout: cut(judged, ranges.heldout),
  };
  if (heldout !== undefined) refuseCommonWindows(texts, { data, heldout });
  return { ranges, texts };
}

/** A copy is another file and yet the same text. */
function refuseCommonWindows(
  { calibration, selection, heldout: judged }: DataSplits['texts'],
  { data, heldout }: Required<DataFiles>,
): void {
  const known = new Set([...windowHashes(calibration), ...windowHashes(selection)]);
  const common = windowHashes(judged).filter((hash) => known.has(hash)).length;
  if (common === 0) return;
  const windows = `${common} window${common === 1 ? '' : 's'} of ${WINDOW} bytes`;
  throw invalid(
    heldout,
    `has ${windows} that ${data} has too`,
    'what calibrates must not judge: give another text',
  );
}

function windowHashes(text: Uint8Array): string[] {
  return Array.from({ length: Math.floor(text.length / WINDOW) }, (_, index) =>
    createHash('sha256')
      .update(text.subarray(index * WINDOW, (index + 1) * WINDOW))
      .digest('base64'),
  );
}

/** Where the splits lie in files of the given sizes. */
export function rangesOf(
  { data, heldout }: DataFiles,
  size: number,
  heldoutSize: number,
): Readonly<Record<Split, SplitRange>> {
  const half = Math.floor(size / 2);
  const end = heldout === undefined ? half : size;
  const middle = Math.floor(end / 2);
  return {
    calibration: { path: data, from: 0, to: middle },
    selection: { path: data, from: middle, to: end },
    heldout:
      heldout === undefined
        ? { path: data, from: half, to: size }
        : { path: heldout, from: 0, to: heldoutSize },
  };
}

async function readText(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw invalid(path, 'is not a file', 'give a text file');
    if (found.size > LARGEST) throw invalid(path, 'is larger than 1 GiB', 'a few megabytes are enough');
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof SenteiError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    if (code === 'ENOENT') throw invalid(path, 'does not exist', 'check the path');
    throw invalid(path, `cannot be read (${code})`, 'check the path and its permissions');
  }
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(a), stat(b)]);
  return first.dev === second.dev && first.ino === second.ino;
}

function invalid(path: string, fault: string, hint: string): SenteiError {
  return new SenteiError('invalid-data', `data file ${path} ${fault}`, { subject: path, hint });
}
