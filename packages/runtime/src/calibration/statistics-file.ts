import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { SenteiError, writeFileWhole } from '@sentei/ir';
import { z } from 'zod';
import { Accumulator } from './accumulator.ts';
import { ByteWriter, joinBytes } from './bytes.ts';
import { identity, joinRanges, range, type Statistics } from './statistics.ts';

/** A line that no other format begins with, and that survives no transfer as text. */
const MAGIC = Uint8Array.of(0x89, ...new TextEncoder().encode('SENTEI-STATS\r\n\u001a\n'));
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 32;
const LARGEST_HEADER = 2 ** 26;
const LARGEST_FILE = 2 ** 32 - 1;

const header = z.strictObject({
  identity,
  labels: z.strictObject({ model: z.string(), data: z.string() }),
  covered: z.array(range).max(1_000_000),
});

/**
 * Statistics as bytes: a magic line, the length of the header, the header as JSON, numbers as the header's plan says, and
 * the SHA-256 of all that.
 */
export function encodeStatistics({ identity, labels, covered, sums }: Statistics): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ identity, labels, covered }));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, json.length, true);
  const hash = createHash('sha256');
  const writer = new ByteWriter();
  for (const piece of [MAGIC, length, json]) writer.bytes(piece);
  sums.write(writer);
  const { pieces } = writer;
  for (const piece of pieces) hash.update(piece);
  return joinBytes([...pieces, hash.digest()]);
}

/**
 * @param subject the file, for messages
 * @throws SenteiError `invalid-data` for anything that `encodeStatistics` would not have written
 */
export function decodeStatistics(bytes: Uint8Array, subject: string): Statistics {
  const fault = (what: string) =>
    new SenteiError('invalid-data', `${subject} is not a statistics file: ${what}`, {
      subject,
      hint: 'make it again with sentei calibrate',
    });
  const start = MAGIC.length + LENGTH_BYTES;
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < start || !MAGIC.every((byte, index) => bytes[index] === byte))
    throw fault('it does not begin like one');
  const checksum = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (checksum.compare(bytes, end) !== 0) throw fault('it is damaged, its checksum does not fit');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (length > Math.min(LARGEST_HEADER, end - start)) throw fault('its header does not fit');
  const read = header.safeParse(parseJson(bytes.subarray(start, start + length)));
  if (!read.success)
    throw fault(`its header is wrong at ${read.error.issues[0]?.path.join('.') || 'its top'}`);
  const sums = Accumulator.decode(bytes.subarray(start + length, end), read.data.identity.plan, subject);
  return { ...read.data, covered: joinRanges(read.data.covered), sums };
}

/** Writes statistics to a file, whole or not at all. @throws SenteiError `output-unwritable` */
export function writeStatistics(statistics: Statistics, path: string): Promise<void> {
  return writeFileWhole(path, encodeStatistics(statistics));
}

/**
 * @throws SenteiError `file-missing`, `file-unreadable`, `invalid-data` when it is not what was written
 */
export async function readStatistics(path: string): Promise<Statistics> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) throw new Error('it is larger than 4 GiB');
    bytes = await readFile(path);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const message = cause instanceof Error ? cause.message : String(cause);
    throw isMissing
      ? new SenteiError('file-missing', `${path} does not exist`, {
          subject: path,
          hint: 'check the path',
          cause,
        })
      : new SenteiError('file-unreadable', `${path} cannot be read: ${message}`, { subject: path, cause });
  }
  return decodeStatistics(bytes, path);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
