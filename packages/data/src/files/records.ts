import { createHash } from 'node:crypto';
import { invalidData } from '../invalid-data.ts';
import { guardFile, readChunks } from './data-file.ts';

/** One line of a text file, or one document of several lines. */
export interface TextRecord {
  /** Line that it starts on, from 1. */
  readonly line: number;
  readonly text: string;
}

/** How a file is cut. */
export interface RecordOptions {
  readonly unit: 'line' | 'document';
  /** The line that ends a document; an empty one when absent. */
  readonly separator?: string | undefined;
}

/** A text file whose records can be read from any of them on. */
export interface RecordFile {
  readonly size: number;
  /** SHA-256 (hex) of the file. */
  readonly contents: string;
  /** Records `from` up to, not including, `to`. @throws SenteiError `invalid-data` for what is not UTF-8 */
  read(from: number, to: number, signal?: AbortSignal): AsyncIterable<TextRecord>;
}

/** Records between two remembered places: an index takes 16 bytes for that many. */
const STEP = 256;
/** A line beyond this is more likely a file without lines, and would be held in memory. */
const LONGEST = 2 ** 26;
const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;

interface Place {
  readonly offset: number;
  /** Line at the offset, from 1. */
  readonly line: number;
}

/**
 * Finds the records of a UTF-8 text file in one pass. Lines may end with CR LF; those with only white space are no
 * records.
 *
 * @throws SenteiError `invalid-data` when the file cannot be read or a record is longer than 64 MiB
 */
export async function openRecords(
  path: string,
  name: string,
  options: RecordOptions,
  signal?: AbortSignal,
): Promise<RecordFile> {
  const refuseChange = await guardFile(path);
  const hash = createHash('sha256');
  const places: Place[] = [];
  let size = 0;
  const start = { offset: 0, line: 1 };
  for await (const { offset, line } of scan(path, name, options, start, signal, (chunk) =>
    hash.update(chunk),
  )) {
    if (size++ % STEP === 0) places.push({ offset, line });
  }
  return {
    size,
    contents: hash.digest('hex'),
    async *read(from, to, abort) {
      let index = Math.floor(from / STEP) * STEP;
      const place = places[index / STEP];
      if (!place || from >= to) return;
      await refuseChange();
      for await (const { bytes, line } of scan(path, name, options, place, abort)) {
        if (index >= from) yield { line, text: decode(bytes, name, line) };
        if (++index >= to) return;
      }
    },
  };
}

interface RawRecord extends Place {
  readonly bytes: Uint8Array;
}

async function* scan(
  path: string,
  name: string,
  { unit, separator }: RecordOptions,
  start: Place,
  signal: AbortSignal | undefined,
  onChunk?: (chunk: Buffer) => void,
): AsyncIterable<RawRecord> {
  const ends = (line: Buffer): boolean =>
    separator === undefined ? isBlank(line) : line.toString('utf8') === separator;
  let document: { lines: Buffer[]; length: number; place: Place } | undefined;
  for await (const { bytes, offset, line } of lines(path, name, start, signal, onChunk)) {
    if (unit === 'line') {
      if (!isBlank(bytes)) yield { bytes, offset, line };
      continue;
    }
    if (ends(bytes)) {
      if (document) yield joined(document);
      document = undefined;
      continue;
    }
    if (!document && isBlank(bytes)) continue;
    document ??= { lines: [], length: 0, place: { offset, line } };
    document.lines.push(bytes);
    document.length += bytes.length + 1;
    if (document.length > LONGEST) throw tooLong(name, document.place.line, 'document');
  }
  if (document) yield joined(document);
}

function joined({ lines: parts, place }: { lines: Buffer[]; place: Place }): RawRecord {
  const newLine = Buffer.of(NEW_LINE);
  return {
    ...place,
    bytes: Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [newLine, part]))),
  };
}

/** Lines of a file without their ends, from a place that is the start of one. */
async function* lines(
  path: string,
  name: string,
  { offset, line }: Place,
  signal: AbortSignal | undefined,
  onChunk: ((chunk: Buffer) => void) | undefined,
): AsyncIterable<Place & { bytes: Buffer }> {
  let rest: Buffer[] = [];
  let restLength = 0;
  let at = offset;
  let number = line;
  const take = (end: Buffer): Place & { bytes: Buffer } => {
    const whole = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    const taken = { offset: at, line: number, bytes: clean(whole, at === 0) };
    at += whole.length + 1;
    number++;
    rest = [];
    restLength = 0;
    return taken;
  };
  for await (const chunk of readChunks(path, signal, offset)) {
    onChunk?.(chunk);
    let from = 0;
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, from)) {
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    restLength += chunk.length - from;
    if (restLength > LONGEST) throw tooLong(name, number, 'line');
  }
  if (restLength > 0) yield take(Buffer.alloc(0));
}

/** Without a byte order mark at the start of a file, and the carriage return of a line end. */
function clean(line: Buffer, isFirst: boolean): Buffer {
  const from = isFirst && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
  return line.subarray(from, line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length);
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 32 || byte === 9 || byte === CARRIAGE_RETURN);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, name: string, line: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw invalidData(`${name} line ${line}`, 'is not UTF-8', 'save the file as UTF-8', cause);
  }
}

function tooLong(name: string, line: number, unit: string): Error {
  return invalidData(`${name} line ${line}`, `starts a ${unit} of more than ${LONGEST} bytes`);
}
