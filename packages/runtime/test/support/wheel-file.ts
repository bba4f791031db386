import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** A zip file of deflated members, in their order. CRCs are left at zero, which the reader does not look at. */
export function zipFile(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const path = Buffer.from(name);
    const data = deflateRawSync(bytes);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), facts, path, data);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), facts, place, path);
    offset += 30 + path.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(18);
  const count = Object.keys(members).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return new Uint8Array(Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end]));
}

/** The line of RECORD about a member. */
export function recordLine(name: string, bytes: Uint8Array): string {
  return `${name},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}\n`;
}

/** A wheel of onnxruntime-gpu with the given libraries and a right RECORD. */
export function wheelFile(version: string, libraries: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const members = Object.fromEntries(
    Object.entries(libraries).map(([name, bytes]) => [`onnxruntime/capi/${name}`, bytes]),
  );
  const record = Object.entries(members).map(([name, bytes]) => recordLine(name, bytes));
  return zipFile({
    'onnxruntime/__init__.py': Buffer.from('# nothing'),
    ...members,
    [`onnxruntime_gpu-${version}.dist-info/RECORD`]: Buffer.from(record.join('')),
  });
}
