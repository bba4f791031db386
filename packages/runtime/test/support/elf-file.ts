export interface ElfParts {
  readonly needed?: readonly string[];
  readonly runPath?: string;
  readonly machine?: number;
  /** Bytes at the end, as a library has constants. */
  readonly constants?: string;
}

const HEADER = 64;
const SEGMENT = 56;
/** Addresses differ from places in the file, as they do in libraries. */
const BASE = 0x10000;

/** A shared library with nothing in it but what the loader reads: two segments, a dynamic section, names. */
export function elfFile({ needed = [], runPath, machine = 62, constants = '' }: ElfParts = {}): Uint8Array {
  const names = [...needed, ...(runPath === undefined ? [] : [runPath])];
  const table = Buffer.from(`\0${names.map((name) => `${name}\0`).join('')}`);
  const entries = names.length + 2;
  const dynamicAt = HEADER + 2 * SEGMENT;
  const namesAt = dynamicAt + entries * 16;
  const bytes = Buffer.alloc(namesAt + table.length + constants.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(BigInt(HEADER), 32);
  bytes.writeUInt16LE(SEGMENT, 54);
  bytes.writeUInt16LE(2, 56);
  const segment = (index: number, type: number, at: number, size: number) => {
    const start = HEADER + index * SEGMENT;
    bytes.writeUInt32LE(type, start);
    bytes.writeBigUInt64LE(BigInt(at), start + 8);
    bytes.writeBigUInt64LE(BigInt(at + BASE), start + 16);
    bytes.writeBigUInt64LE(BigInt(size), start + 32);
  };
  segment(0, 1, 0, bytes.length);
  segment(1, 2, dynamicAt, entries * 16);
  const entry = (index: number, tag: number, value: number) => {
    bytes.writeBigUInt64LE(BigInt(tag), dynamicAt + index * 16);
    bytes.writeBigUInt64LE(BigInt(value), dynamicAt + index * 16 + 8);
  };
  entry(0, 5, namesAt + BASE);
  let place = 1;
  for (const [index, name] of names.entries()) {
    entry(index + 1, index < needed.length ? 1 : 29, place);
    place += Buffer.byteLength(name) + 1;
  }
  bytes.set(table, namesAt);
  bytes.write(constants, namesAt + table.length, 'latin1');
  return new Uint8Array(bytes);
}
