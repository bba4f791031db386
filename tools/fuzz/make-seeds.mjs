/**
 * Writes the seeds of the fuzzer: `node tools/fuzz/make-seeds.mjs [folder]`, by default `tools/fuzz/corpus/model`.
 * Small models that use every part of the format, and hostile ones. Built field by field, so that nothing is refused.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { concat, field, int, varint } from './wire.mjs';

const FLOAT = 1;
const INT64 = 7;

/** @typedef {Uint8Array} Bytes */

/** @param {Bytes[]} graph fields of the graph @param {Bytes[]} more fields of the model */
const model = (graph, more = []) =>
  concat([int(1, 10), field(2, 'seed'), field(7, graph), field(8, [field(1, ''), int(2, 21)]), ...more]);
/** @param {string} op @param {readonly string[]} inputs @param {readonly string[]} outputs @param {Bytes[]} more */
const node = (op, inputs, outputs, more = []) =>
  field(1, [
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(3, `node of ${outputs[0]}`),
    field(4, op),
    ...more,
  ]);
/** @param {string} name @param {number} type @param {Bytes[]} value */
const attribute = (name, type, value) => field(5, [field(1, name), ...value, int(20, type)]);
/** @param {readonly (number | bigint | string)[]} extents */
const tensorType = (extents, element = FLOAT) => {
  const dims = extents.map((extent) =>
    field(1, typeof extent === 'string' ? field(2, extent) : int(1, extent)),
  );
  return field(1, [int(1, element), field(2, dims)]);
};
/** @param {number} number @param {string} name @param {Bytes} type */
const info = (number, name, type) => field(number, [field(1, name), field(2, type)]);
/** @param {string} name @param {readonly (number | bigint)[]} dims @param {Bytes[]} data */
const tensorFields = (name, dims, data, element = FLOAT) => [
  ...dims.map((extent) => int(1, extent)),
  int(2, element),
  field(8, name),
  ...data,
];
/** @param {number} number @param {Record<string, string | number | bigint>} entries */
const entries = (number, entries) =>
  Object.entries(entries).map(([key, value]) => field(number, [field(1, key), field(2, `${value}`)]));
/** @param {Record<string, string | number | bigint>} place @param {readonly (number | bigint)[]} dims */
const external = (place, dims = [4]) =>
  model([
    node('Add', ['x', 'w'], ['y']),
    field(2, 'external'),
    field(5, tensorFields('w', dims, [...entries(13, place), int(14, 1)])),
    info(11, 'x', tensorType([4])),
    info(12, 'y', tensorType([4])),
  ]);
const raw = (/** @type {number} */ length) => field(9, new Uint8Array(length).fill(1));
const plainEnds = [info(11, 'x', tensorType(['batch', 4])), info(12, 'y', tensorType(['batch', 4]))];
const simple = [node('Relu', ['x'], ['y']), field(2, 'simple'), ...plainEnds];

/** Messages around messages, built from the inside out; linear in their depth where `field` within `field` is not. */
class Nest {
  /** @type {Bytes[]} */
  #before;
  /** @type {Bytes[]} */
  #after = [];
  #length;

  /** @param {Bytes} innermost */
  constructor(innermost) {
    this.#before = [innermost];
    this.#length = innermost.length;
  }

  /** Puts everything so far into a field, and fields before and after it. @param {number} number @param {Bytes[]} before @param {Bytes[]} after */
  wrap(number, before = [], after = []) {
    const head = concat([...before, varint(number * 8 + 2), varint(this.#length)]);
    const tail = concat(after);
    this.#before.push(head);
    this.#after.push(tail);
    this.#length += head.length + tail.length;
  }

  get bytes() {
    return concat([...this.#before.toReversed(), ...this.#after]);
  }
}

/** `If` nodes within `If` nodes. @param {number} depth */
function deepSubgraphs(depth) {
  const nest = new Nest(
    concat([node('Relu', ['x'], ['y']), field(2, 'leaf'), info(12, 'y', tensorType([4]))]),
  );
  for (let level = 0; level < depth; level++) {
    nest.wrap(6, [field(1, 'then_branch')], [int(20, 5)]);
    nest.wrap(5, [field(1, 'c'), field(2, 'y'), field(4, 'If')]);
    nest.wrap(1, [], [field(2, 'g'), info(12, 'y', tensorType([4]))]);
  }
  return model([nest.bytes]);
}

/** Types within types. @param {number} depth @param {readonly number[]} numbers the fields to wrap in, inner first @param {Bytes[]} before */
function deepType(depth, numbers, before = []) {
  const nest = new Nest(tensorType([4]));
  for (let level = 0; level < depth; level++)
    for (const [at, number] of numbers.entries()) nest.wrap(number, at === 0 ? before : []);
  const type = nest.bytes;
  return model([node('Identity', ['x'], ['y']), field(2, 'types'), info(11, 'x', type), info(12, 'y', type)]);
}
const sequence = [1, 4];
const optional = [1, 9];
const map = [2, 5];

/** A group of field 99 within groups. @param {number} depth */
const groups = (depth) =>
  concat([
    model(simple),
    ...new Array(depth).fill(varint(99 * 8 + 3)),
    ...new Array(depth).fill(varint(99 * 8 + 4)),
  ]);

/** @param {readonly (number | bigint)[]} dims @param {Bytes[]} data @param {number} [element] */
const dims = (dims, data, element) =>
  model([
    node('Add', ['x', 'w'], ['y']),
    field(2, 'dims'),
    field(5, tensorFields('w', dims, data, element)),
    ...plainEnds,
  ]);

const loopBody = [
  node('Add', ['state', 'outer'], ['next']),
  field(2, 'body'),
  ...['i', 'go', 'state'].map((name) => info(11, name, tensorType([]))),
  ...['go', 'next', 'next'].map((name) => info(12, name, tensorType([]))),
];
const callee = (/** @type {string} */ name, /** @type {string} */ calls) =>
  field(25, [
    field(1, name),
    field(4, 'x'),
    field(5, 'y'),
    field(6, 'alpha'),
    field(7, concat([field(1, 'x'), field(2, 'y'), field(4, calls), field(7, 'local')])),
    field(9, [field(1, ''), int(2, 21)]),
    field(10, 'local'),
    field(11, [field(1, 'beta'), concat([varint(2 * 8 + 5), new Uint8Array(4)]), int(20, 1)]),
    field(14, entries(1, { k: 'v' })),
  ]);
const elementTypes = [
  1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
];
const arithmetic = [
  'Add',
  'Reshape',
  'Einsum',
  'Concat',
  'Slice',
  'Gather',
  'MatMul',
  'Conv',
  'Resize',
  'Split',
  'Pad',
];

/** @type {Record<string, Bytes>} */
export const seeds = {
  empty: new Uint8Array(),
  simple: model(simple),
  'every-attribute': model([
    node(
      'Custom',
      ['x'],
      ['y'],
      [
        attribute('f', 1, [concat([varint(2 * 8 + 5), Uint8Array.of(0, 0, 128, 63)])]),
        attribute('i', 2, [int(3, -1)]),
        attribute('s', 3, [field(4, 'text')]),
        attribute('t', 4, [field(5, tensorFields('t', [2], [raw(8)]))]),
        attribute('floats', 6, [field(7, new Uint8Array(8))]),
        attribute('ints', 7, [int(8, 1), int(8, -1), field(8, varint(2n ** 63n - 1n))]),
        attribute('strings', 8, [field(9, 'a'), field(9, '')]),
        attribute('tensors', 9, [field(10, tensorFields('', [1], [raw(4)]))]),
        attribute('sparse', 11, [field(22, [field(1, tensorFields('v', [1], [raw(4)])), int(3, 9)])]),
        attribute('type', 13, [field(14, tensorType([1]))]),
        attribute('reference', 1, [field(21, 'alpha')]),
        field(6, 'a doc string'),
        field(7, 'com.example'),
        field(8, 'overload'),
        field(9, entries(1, { key: 'value' })),
      ],
    ),
    ...plainEnds,
    info(13, 'y', tensorType(['batch', 4])),
    field(16, entries(1, { key: 'value' })),
  ]),
  'every-element-type': model([
    ...elementTypes.map((type) =>
      field(5, tensorFields(`w${type}`, [2], [field(9, new Uint8Array(2))], type)),
    ),
    ...elementTypes.map((type) =>
      field(5, tensorFields(`d${type}`, [2], [field(5, [varint(1), varint(300)])], type)),
    ),
    field(5, tensorFields('strings', [2], [field(6, 'a'), field(6, 'b')], 8)),
    field(5, tensorFields('int64', [2], [field(7, [varint(1), varint(-1)])], INT64)),
    field(5, tensorFields('double', [1], [field(10, new Uint8Array(8))], 11)),
    ...plainEnds,
  ]),
  'operators-of-constants': model([
    field(5, tensorFields('w', [2], [field(7, [varint(-1), varint(4)])], INT64)),
    ...arithmetic.map((op) =>
      node(op, ['x', 'w', 'w', 'w'], [`${op}_y`], [attribute('axis', 2, [int(3, -1)])]),
    ),
    ...plainEnds,
  ]),
  'control-flow': model([
    node('Loop', ['', 'c', 'x'], ['y', 'ys'], [attribute('body', 5, [field(6, loopBody)])]),
    node('Relu', ['x'], ['outer']),
    ...plainEnds,
  ]),
  'captured-output': model([
    node('If', ['x'], ['y'], [attribute('then_branch', 5, [field(6, [info(12, 'x', tensorType([4]))])])]),
    ...plainEnds,
  ]),
  functions: model(
    [node('F', ['x'], ['y'], [field(7, 'local')]), ...plainEnds],
    [callee('F', 'G'), callee('G', 'Relu')],
  ),
  'function-calls-itself': model(
    [node('F', ['x'], ['y'], [field(7, 'local')]), ...plainEnds],
    [callee('F', 'F')],
  ),
  'functions-call-each-other': model(
    [node('F', ['x'], ['y'], [field(7, 'local')]), ...plainEnds],
    [callee('F', 'G'), callee('G', 'F'), callee('F', 'F')],
  ),
  'sparse-initializer': model([
    node('Add', ['x', 'v'], ['y']),
    field(15, [
      field(1, tensorFields('v', [1], [raw(4)])),
      field(2, tensorFields('', [1], [raw(8)], INT64)),
      int(3, 4),
    ]),
    ...plainEnds,
  ]),
  'training-and-devices': model(simple, [
    field(20, [field(1, simple), field(2, simple), field(3, entries(1, { a: 'b' }))]),
    field(26, [field(1, 'cpu'), int(2, 2)]),
    field(14, entries(1, { k: 'v' })),
    int(900, 7),
    field(901, 'unknown'),
  ]),
  'length-beyond-end': concat([int(1, 10), varint(7 * 8 + 2), varint(1000), field(2, 'g')]),
  'length-of-2-to-31': concat([int(1, 10), varint(7 * 8 + 2), varint(2 ** 31), field(2, 'g')]),
  'length-of-2-to-32-plus-2': concat([int(1, 10), varint(7 * 8 + 2), varint(2 ** 32 + 2), field(2, 'g')]),
  'length-of-minus-1': concat([int(1, 10), varint(7 * 8 + 2), varint(-1), field(2, 'g')]),
  'inner-length-beyond-outer': concat([
    int(1, 10),
    field(7, concat([varint(1 * 8 + 2), varint(90)])),
    new Uint8Array(90),
  ]),
  'packed-length-beyond-end': model([field(5, concat([int(2, FLOAT), varint(4 * 8 + 2), varint(2 ** 30)]))]),
  'packed-broken-varint': model([field(5, concat([int(2, INT64), field(7, new Uint8Array(9).fill(0xff))]))]),
  'varint-of-11-bytes': concat([int(1, 10), varint(7 * 8), new Uint8Array(10).fill(0x80), Uint8Array.of(1)]),
  'field-number-0': concat([int(1, 10), field(7, simple), Uint8Array.of(2, 0)]),
  'wire-type-7': concat([int(1, 10), field(7, simple), Uint8Array.of(15, 0)]),
  'end-of-no-group': concat([model(simple), varint(99 * 8 + 4)]),
  'groups-10': groups(10),
  'groups-2000': groups(2000),
  'irversion-huge': concat([int(1, 2n ** 63n), field(7, simple)]),
  'two-graphs': model(simple, [field(7, [field(2, 'second'), node('Neg', ['x'], ['z'])])]),
  'subgraphs-20': deepSubgraphs(20),
  'subgraphs-100': deepSubgraphs(100),
  'subgraphs-1000': deepSubgraphs(1000),
  'sequences-40': deepType(40, sequence),
  'sequences-1000': deepType(1000, sequence),
  'optionals-300': deepType(300, optional),
  'maps-300': deepType(300, map, [int(1, INT64)]),
  'cycle-of-two': model([node('Relu', ['y'], ['z']), node('Relu', ['z'], ['y']), ...plainEnds]),
  'cycle-of-one': model([node('Relu', ['y'], ['y']), ...plainEnds]),
  'cycle-through-subgraph': model([
    node(
      'If',
      ['x'],
      ['y'],
      [attribute('then_branch', 5, [field(6, [node('Relu', ['y'], ['t']), info(12, 't', tensorType([]))])])],
    ),
    ...plainEnds,
  ]),
  'order-backwards': model([node('Relu', ['z'], ['y']), node('Relu', ['x'], ['z']), ...plainEnds]),
  'dims-2-to-62': dims([2n ** 62n], [raw(4)]),
  'dims-product-overflows': dims([2 ** 32, 2 ** 32, 2 ** 32], [raw(4)]),
  'dims-product-wraps-to-0': dims([2n ** 32n, 2n ** 32n], [raw(0)]),
  'dims-negative': dims([-4, -1], [raw(16)]),
  'dims-huge-and-0': dims([2n ** 52n, 0], []),
  'dims-2-to-52-no-data': dims([2n ** 52n], []),
  'dims-more-than-data': dims([2 ** 28], [raw(4)]),
  'dims-in-types': model([
    ...simple,
    info(13, 'y', tensorType([2n ** 62n, -1, 2n ** 63n - 1n, 'x * (', ''])),
    node('Expand', ['x', 'w'], ['e']),
    node('Range', ['a', 'b', 'b'], ['r']),
    node('ConstantOfShape', ['w'], ['c']),
    field(5, tensorFields('w', [2], [field(7, [varint(2n ** 40n), varint(2n ** 40n)])], INT64)),
    field(5, tensorFields('a', [], [field(7, varint(0))], INT64)),
    field(5, tensorFields('b', [], [field(7, varint(2n ** 60n))], INT64)),
  ]),
  'many-dims': dims(new Array(1000).fill(1), [raw(4)]),
  'duplicate-outputs': model([node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y']), ...plainEnds]),
  'duplicate-inputs': model([...simple, ...plainEnds]),
  'duplicate-initializers': model([
    ...simple,
    field(5, tensorFields('x', [1], [raw(4)])),
    field(5, tensorFields('x', [2], [raw(8)])),
    field(5, tensorFields('', [1], [raw(4)])),
  ]),
  'duplicate-attributes': model([
    node('Relu', ['x'], ['y'], [attribute('a', 2, [int(3, 1)]), attribute('a', 2, [int(3, 2)])]),
    ...plainEnds,
  ]),
  'duplicate-value-info': model([
    ...simple,
    info(13, 'y', tensorType([1])),
    info(13, 'y', tensorType([2])),
    info(13, '', tensorType([])),
  ]),
  'duplicate-metadata': model(simple, [...entries(14, { k: 'v' }), ...entries(14, { k: 'w' })]),
  'names-of-prototypes': model(
    [
      node('constructor', ['__proto__'], ['toString'], [attribute('__proto__', 2, [int(3, 1)])]),
      info(11, '__proto__', tensorType(['constructor'])),
      info(12, 'toString', tensorType(['__proto__'])),
    ],
    entries(14, { ['__proto__']: 'a', constructor: 'b' }),
  ),
  'names-not-utf8': model([
    field(1, [
      field(1, Uint8Array.of(0xff, 0xfe)),
      field(2, Uint8Array.of(0xc3)),
      field(4, Uint8Array.of(0xed, 0xa0, 0x80)),
    ]),
    field(11, [field(1, Uint8Array.of(0xff, 0xfe)), field(2, tensorType([1]))]),
    field(12, [field(1, Uint8Array.of(0xc3)), field(2, tensorType([1]))]),
  ]),
  'external-good': external({ location: 'weights.bin', offset: 16, length: 16, checksum: 'x' }),
  'external-parent': external({ location: '../weights.bin' }),
  'external-parent-inside': external({ location: 'a/../../weights.bin' }),
  'external-absolute': external({ location: '/etc/hostname' }),
  'external-link': external({ location: 'link/weights.bin' }),
  'external-missing': external({ location: 'missing.bin' }),
  'external-folder': external({ location: '.' }),
  'external-no-location': external({ offset: 0 }),
  'external-nul': external({ location: 'a\0b' }),
  'external-long-name': external({ location: 'n'.repeat(5000) }),
  'external-offset-beyond': external({ location: 'weights.bin', offset: 1000, length: 16 }),
  'external-offset-negative': external({ location: 'weights.bin', offset: -1 }),
  'external-offset-huge': external({ location: 'weights.bin', offset: 2n ** 53n - 1n, length: 16 }),
  'external-length-huge': external({ location: 'weights.bin', offset: 0, length: 2n ** 52n }),
  'external-length-and-dims-huge': external({ location: 'weights.bin', offset: 0, length: 2n ** 40n }, [
    2n ** 38n,
  ]),
  'external-dims-huge': external({ location: 'weights.bin' }, [2n ** 50n]),
  'not-protobuf': new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'),
};

/** Hostile files too large to keep: built where they are used. */
export const largeSeeds = {
  'subgraphs-10000': () => deepSubgraphs(10_000),
  'sequences-20000': () => deepType(20_000, sequence),
  'groups-1000000': () => groups(1_000_000),
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'corpus/model');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(seeds)) writeFileSync(join(folder, `${name}.onnx`), bytes);
}
