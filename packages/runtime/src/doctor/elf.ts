import { type FileHandle, open } from 'node:fs/promises';
import { SenteiError } from '@sentei/ir';

/**
 * What the loader of the system reads of a shared library. Layout: System V ABI, "Object Files" and "Dynamic Linking"; only
 * what GPUs come with is read, 64 bits and little endian.
 */
export interface ElfFile {
  /** e_machine: 62 is x86-64, 183 is AArch64. */
  readonly machine: number;
  /** Libraries that it cannot be loaded without (DT_NEEDED), in order. */
  readonly needed: readonly string[];
  /** Folders that are searched for them (DT_RUNPATH, else DT_RPATH), as written, `$ORIGIN` included. */
  readonly runPath: readonly string[];
}

/** Reads a piece of a file; short where the file ends. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
}

const HEADER = { bytes: 64, magic: 0x7f454c46, class64: 2, littleEndian: 1 } as const;
const SEGMENT = { bytes: 56, load: 1, dynamic: 2 } as const;
const SECTION_BYTES = 64;
const ENTRY_BYTES = 16;
const TAG = { end: 0, needed: 1, strings: 5, rpath: 15, runpath: 29 } as const;

/** Far above what any library has; a file's own numbers never decide how much is read. */
const MOST = { segments: 256, entries: 4096, name: 4096 } as const;

/** @throws SenteiError `file-unreadable` saying what is wrong with the file */
export async function readElfFile(path: string): Promise<ElfFile> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw new SenteiError('file-unreadable', `${path} cannot be opened`, { subject: path, cause });
  }
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return await readElf({ size, read }, path);
  } finally {
    await file.close();
  }
}

/**
 * Reads at most a few hundred kilobytes, whatever the file says.
 *
 * @throws SenteiError `file-unreadable`
 */
export async function readElf(source: ByteSource, subject: string): Promise<ElfFile> {
  const reader = new ElfReader(source, subject);
  const header = await reader.view(0, HEADER.bytes, 'the header');
  if (header.getUint32(0) !== HEADER.magic) throw reader.fault('is not an ELF file');
  if (header.getUint8(4) !== HEADER.class64 || header.getUint8(5) !== HEADER.littleEndian) {
    throw reader.fault('is not for a 64-bit little-endian processor');
  }
  const sectionsEnd = reader.offset(header, 40) + header.getUint16(60, true) * SECTION_BYTES;
  if (sectionsEnd > source.size) throw reader.fault('is cut off');
  const segments = await reader.segments(reader.offset(header, 32), header.getUint16(56, true));
  const entries = await reader.entries(segments);
  const strings = entries.find(({ tag }) => tag === TAG.strings)?.value;
  const name = async (value: number) => {
    if (strings === undefined) throw reader.fault('has no table of names');
    return reader.text(locate(segments, strings + value) ?? source.size);
  };
  const named = async (wanted: number) => {
    const found: string[] = [];
    for (const { tag, value } of entries) if (tag === wanted) found.push(await name(value));
    return found;
  };
  const needed = await named(TAG.needed);
  const runPaths = await named(TAG.runpath);
  const paths = runPaths.length > 0 ? runPaths : await named(TAG.rpath);
  const runPath = paths.flatMap((path) => path.split(':')).filter((path) => path !== '');
  return { machine: header.getUint16(18, true), needed, runPath };
}

class ElfReader {
  readonly #source: ByteSource;
  readonly #subject: string;

  constructor(source: ByteSource, subject: string) {
    this.#source = source;
    this.#subject = subject;
  }

  fault(what: string): SenteiError {
    return new SenteiError('file-unreadable', `${this.#subject} ${what}`, { subject: this.#subject });
  }

  async view(offset: number, length: number, what: string): Promise<DataView> {
    if (offset + length > this.#source.size) throw this.fault(`is cut off in ${what}`);
    const bytes = await this.#source.read(offset, length);
    if (bytes.length < length) throw this.fault(`is cut off in ${what}`);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A 64-bit offset, address or size; beyond 2^53 nothing can be. */
  offset(view: DataView, at: number): number {
    const value = Number(view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value)) throw this.fault('has an offset beyond every file');
    return value;
  }

  async segments(at: number, count: number): Promise<Segment[]> {
    if (count > MOST.segments) throw this.fault(`has ${count} segments`);
    const view = await this.view(at, count * SEGMENT.bytes, 'the table of segments');
    return Array.from({ length: count }, (_, index) => {
      const start = index * SEGMENT.bytes;
      return {
        type: view.getUint32(start, true),
        offset: this.offset(view, start + 8),
        address: this.offset(view, start + 16),
        fileSize: this.offset(view, start + 32),
      };
    });
  }

  async entries(segments: readonly Segment[]): Promise<{ tag: number; value: number }[]> {
    const dynamic = segments.find(({ type }) => type === SEGMENT.dynamic);
    if (dynamic === undefined) return [];
    const count = Math.min(Math.floor(dynamic.fileSize / ENTRY_BYTES), MOST.entries);
    const view = await this.view(dynamic.offset, count * ENTRY_BYTES, 'the dynamic section');
    const entries = [];
    for (let index = 0; index < count; index += 1) {
      const tag = Number(view.getBigUint64(index * ENTRY_BYTES, true));
      if (tag === TAG.end) break;
      const isRead = [TAG.needed, TAG.strings, TAG.rpath, TAG.runpath].some((each) => each === tag);
      if (isRead) entries.push({ tag, value: this.offset(view, index * ENTRY_BYTES + 8) });
    }
    return entries;
  }

  async text(offset: number): Promise<string> {
    const bytes = await this.#source.read(
      offset,
      Math.max(0, Math.min(MOST.name, this.#source.size - offset)),
    );
    const end = bytes.indexOf(0);
    if (end < 0) throw this.fault('has a name without an end');
    return new TextDecoder().decode(bytes.subarray(0, end));
  }
}

/** Where in the file an address lies; addresses are those of the memory that the segments are loaded to. */
function locate(segments: readonly Segment[], address: number): number | undefined {
  const segment = segments.find(
    ({ type, address: start, fileSize }) =>
      type === SEGMENT.load && address >= start && address < start + fileSize,
  );
  return segment && segment.offset + (address - segment.address);
}
