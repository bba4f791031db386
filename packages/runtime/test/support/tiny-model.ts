/** Element types of TensorProto.DataType that the tests use. */
export const ELEMENT = {
  float: 1,
  uint8: 2,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;

export interface TinyValue {
  readonly name: string;
  readonly type: number;
  /** `undefined` dims: unknown rank. A `null` dimension: unknown and unnamed. */
  readonly dims: readonly (number | string | null)[] | undefined;
  readonly sequence?: boolean;
}

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Subgraphs and integers only: all that the tests need. */
  readonly attributes?: Readonly<Record<string, number | TinyGraph>>;
}

export interface TinyInitializer {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

export interface TinyGraph {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly initializers?: readonly TinyInitializer[];
}

export interface TinyVersions {
  readonly irVersion?: number;
  readonly opset?: number;
}

type Bytes = readonly number[] | Uint8Array;

function concatenate(parts: readonly Bytes[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const integer = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];

const chunk = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const body = concatenate(parts);
  return concatenate([varint(field * 8 + 2), varint(body.length), body]);
};

const text = (field: number, value: string): Bytes => chunk(field, new TextEncoder().encode(value));

function encodeDimension(dimension: number | string | null): Bytes {
  if (dimension === null) return chunk(1);
  return chunk(1, typeof dimension === 'number' ? integer(1, dimension) : text(2, dimension));
}

function encodeValue(field: number, { name, type, dims, sequence = false }: TinyValue): Bytes {
  const shape = dims === undefined ? [] : chunk(2, ...dims.map(encodeDimension));
  const tensor = chunk(1, integer(1, type), shape);
  return chunk(field, text(1, name), chunk(2, sequence ? chunk(4, chunk(1, tensor)) : tensor));
}

function encodeAttribute([name, value]: readonly [string, number | TinyGraph]): Bytes {
  if (typeof value === 'number') return chunk(5, text(1, name), integer(3, value), integer(20, 2));
  return chunk(5, text(1, name), encodeGraph(6, value), integer(20, 5));
}

function encodeNode({ op, inputs, outputs, attributes = {} }: TinyNode): Bytes {
  const names = [...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name))];
  return chunk(1, ...names, text(4, op), ...Object.entries(attributes).map(encodeAttribute));
}

function encodeGraph(field: number, graph: TinyGraph): Bytes {
  return chunk(
    field,
    ...graph.nodes.map(encodeNode),
    text(2, 'tiny'),
    ...(graph.initializers ?? []).map(({ name, type, dims, bytes }) =>
      chunk(
        5,
        ...dims.map((dimension) => integer(1, dimension)),
        integer(2, type),
        text(8, name),
        chunk(9, bytes),
      ),
    ),
    ...graph.inputs.map((value) => encodeValue(11, value)),
    ...graph.outputs.map((value) => encodeValue(12, value)),
  );
}

/** The bytes of an ONNX file, written field by field (onnx.proto numbers) so that tests need no other package. */
export function tinyModel(graph: TinyGraph, { irVersion = 8, opset = 17 }: TinyVersions = {}): Uint8Array {
  return concatenate([
    integer(1, irVersion),
    encodeGraph(7, graph),
    chunk(8, text(1, ''), integer(2, opset)),
  ]);
}

/** One `Identity` node over a value of the given type and dims. */
export function identityModel(
  type: number,
  dims: TinyValue['dims'],
  versions: TinyVersions = {},
): Uint8Array {
  return tinyModel(
    {
      inputs: [{ name: 'x', type, dims }],
      outputs: [{ name: 'y', type, dims }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    },
    versions,
  );
}

/** y = x + x over float [batch, 4]. */
export function doublingModel(): Uint8Array {
  const dims = ['batch', 4];
  return tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims }],
    outputs: [{ name: 'y', type: ELEMENT.float, dims }],
    nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
  });
}

/** y has the rows of x twice, over float [batch, 4]: the names, types and ranks of `doublingModel`, other shapes. */
export function twiceModel(): Uint8Array {
  return tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims: ['batch', 4] }],
    outputs: [{ name: 'y', type: ELEMENT.float, dims: ['rows', 4] }],
    nodes: [{ op: 'Concat', inputs: ['x', 'x'], outputs: ['y'], attributes: { axis: 0 } }],
  });
}

/** y = x + x over float [batch, 4], or y = x where its one gate, the input `gates`, skips. */
export function gatedModel(): Uint8Array {
  const y: TinyValue = { name: 'y', type: ELEMENT.float, dims: ['batch', 4] };
  const branch = (op: string, inputs: readonly string[], name: string): TinyGraph => ({
    inputs: [],
    outputs: [{ ...y, name }],
    nodes: [{ op, inputs, outputs: [name] }],
  });
  return tinyModel({
    inputs: [
      { name: 'x', type: ELEMENT.float, dims: ['batch', 4] },
      { name: 'gates', type: ELEMENT.bool, dims: [1] },
    ],
    outputs: [y],
    nodes: [
      {
        op: 'If',
        inputs: ['gates'],
        outputs: ['y'],
        attributes: {
          then_branch: branch('Identity', ['x'], 'skipped'),
          else_branch: branch('Add', ['x', 'x'], 'kept'),
        },
      },
    ],
  });
}

/** A loop of as many steps as its scalar input says: a model that runs as long as a test wants it to. */
export function loopModel(): Uint8Array {
  const scalar = (name: string, type: number): TinyValue => ({ name, type, dims: [] });
  return tinyModel({
    inputs: [scalar('steps', ELEMENT.int64), scalar('start', ELEMENT.float)],
    outputs: [scalar('end', ELEMENT.float)],
    nodes: [
      {
        op: 'Loop',
        inputs: ['steps', '', 'start'],
        outputs: ['end'],
        attributes: {
          body: {
            inputs: [scalar('i', ELEMENT.int64), scalar('go', ELEMENT.bool), scalar('before', ELEMENT.float)],
            outputs: [scalar('on', ELEMENT.bool), scalar('after', ELEMENT.float)],
            nodes: [
              { op: 'Identity', inputs: ['go'], outputs: ['on'] },
              { op: 'Neg', inputs: ['before'], outputs: ['after'] },
            ],
          },
        },
      },
    ],
  });
}

/**
 * A byte-level language model: `table[byte]` (256 rows of 256) are the logits of the byte that follows; in float16,
 * given as bits, when the table is a `Uint16Array`.
 */
export function bigramModel(table: Float32Array | Uint16Array): Uint8Array {
  const type = table instanceof Uint16Array ? ELEMENT.float16 : ELEMENT.float;
  return tinyModel({
    inputs: [{ name: 'bytes', type: ELEMENT.int64, dims: ['batch', 'sequence'] }],
    outputs: [{ name: 'scores', type, dims: ['batch', 'sequence', 256] }],
    nodes: [{ op: 'Gather', inputs: ['table', 'bytes'], outputs: ['scores'] }],
    initializers: [{ name: 'table', type, dims: [256, 256], bytes: new Uint8Array(table.buffer) }],
  });
}

const int64Constant = (name: string, dims: readonly number[], value: number): TinyInitializer => ({
  name,
  type: ELEMENT.int64,
  dims,
  bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
});

/** A byte-level language model with a table of `positions` rows added to its logits: it fails beyond that length. */
export function positionalModel(table: Float32Array, positions: number): Uint8Array {
  return tinyModel({
    inputs: [{ name: 'bytes', type: ELEMENT.int64, dims: ['batch', 'sequence'] }],
    outputs: [{ name: 'scores', type: ELEMENT.float, dims: ['batch', 'sequence', 256] }],
    nodes: [
      { op: 'Shape', inputs: ['bytes'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'one'], outputs: ['length'] },
      { op: 'Range', inputs: ['zero', 'length', 'one'], outputs: ['steps'] },
      { op: 'Gather', inputs: ['positions', 'steps'], outputs: ['offsets'] },
      { op: 'Gather', inputs: ['table', 'bytes'], outputs: ['bigrams'] },
      { op: 'Add', inputs: ['bigrams', 'offsets'], outputs: ['scores'] },
    ],
    initializers: [
      { name: 'table', type: ELEMENT.float, dims: [256, 256], bytes: new Uint8Array(table.buffer) },
      {
        name: 'positions',
        type: ELEMENT.float,
        dims: [positions, 256],
        bytes: new Uint8Array(positions * 1024),
      },
      int64Constant('zero', [], 0),
      int64Constant('one', [], 1),
    ],
  });
}
