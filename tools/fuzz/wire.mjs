/**
 * Just enough of the protobuf wire format to build broken files and to take files apart. Independent of the codec under
 * test on purpose: it has to write what that codec would refuse to.
 */

const encoder = new TextEncoder();

/** Unsigned LEB128 of the low 64 bits. @param {number | bigint} value @returns {Uint8Array} */
export function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** @param {readonly Uint8Array[]} parts @returns {Uint8Array} */
export function concat(parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A varint field. @param {number} number @param {number | bigint} value */
export function int(number, value) {
  return concat([varint(number * 8), varint(value)]);
}

/** A field with a length: text, bytes, or a message made of parts. @param {number} number @param {string | Uint8Array | readonly Uint8Array[]} content */
export function field(number, content) {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  const whole = bytes instanceof Uint8Array ? bytes : concat(bytes);
  return concat([varint(number * 8 + 2), varint(whole.length), whole]);
}

/**
 * @typedef {object} Field
 * @property {number} number
 * @property {number} wireType
 * @property {bigint} value of a varint
 * @property {Uint8Array} payload of every other wire type
 */

/** The fields of a message, or `undefined` where the bytes are none. @param {Uint8Array} bytes @returns {Field[] | undefined} */
export function parseFields(bytes) {
  const fields = [];
  let at = 0;
  const readVarint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = readVarint();
    if (tag === undefined || tag < 8n || tag >= 2n ** 32n) return undefined;
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    const none = new Uint8Array();
    if (wireType === 0) {
      const value = readVarint();
      if (value === undefined) return undefined;
      fields.push({ number, wireType, value, payload: none });
      continue;
    }
    const length = wireType === 2 ? Number(readVarint() ?? -1) : { 1: 8, 5: 4 }[wireType];
    if (length === undefined || length < 0 || at + length > bytes.length) return undefined;
    fields.push({ number, wireType, value: 0n, payload: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

/** @param {Field} field @returns {Uint8Array} */
export function encodeField({ number, wireType, value, payload }) {
  const tag = varint(number * 8 + wireType);
  if (wireType === 0) return concat([tag, varint(value)]);
  return wireType === 2 ? concat([tag, varint(payload.length), payload]) : concat([tag, payload]);
}
