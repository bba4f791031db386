import fc from 'fast-check';
import Long from 'long';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  Message,
  ModelProto,
  NodeProto,
  StringStringEntryProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from '../../src/codec/messages.ts';

interface GraphSpec {
  readonly inputs: number;
  readonly tensors: readonly TensorProto[];
  readonly defaults: boolean;
  readonly nodes: readonly NodeSpec[];
  readonly outputs: readonly number[];
  readonly described: boolean;
  readonly type: TypeProto;
  readonly properties: StringStringEntryProto[];
  readonly docString: string;
}

interface NodeSpec {
  readonly picks: readonly (number | null)[];
  readonly outputs: number;
  readonly attributes: readonly AttributeProto[];
  readonly bodies: readonly GraphSpec[];
  readonly listed: boolean;
  readonly fields: NodeProto;
}

const text = fc.constantFrom('', 'a', 'layer.0', 'größe', '層', '🌲');
const properties: fc.Arbitrary<StringStringEntryProto[]> = fc.array(fc.record({ key: text, value: text }), {
  maxLength: 2,
});
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Long.fromString(n.toString()));
const float = fc.float({ noNaN: false });
const bytes = fc.uint8Array({ maxLength: 4 });

const tensor: fc.Arbitrary<TensorProto> = fc
  .nat({ max: 3 })
  .chain((size) => {
    const list = <T>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: size, maxLength: size });
    const small = list(fc.integer({ min: 0, max: 255 }));
    return fc
      .oneof(
        list(float).map((data) => ({ dataType: 1, rawData: bytesOf(Float32Array.from(data)) })),
        list(float).map((floatData) => ({ dataType: 1, floatData })),
        list(fc.double()).map((doubleData) => ({ dataType: 11, doubleData })),
        list(int64).map((int64Data) => ({ dataType: 7, int64Data })),
        list(int64).map((data) => ({ dataType: 13, uint64Data: data.map((n) => n.toUnsigned()) })),
        small.map((int32Data) => ({ dataType: 10, int32Data })),
        small.map((int32Data) => ({ dataType: 3, int32Data })),
        list(bytes).map((stringData) => ({ dataType: 8, stringData })),
      )
      .map((data): TensorProto => ({ dims: [size], ...data }));
  })
  .chain((fields) =>
    fc.record({ docString: text, metadataProps: properties }).map((more) => ({ ...fields, ...more })),
  );

const type: fc.Arbitrary<TypeProto> = fc.letrec<{ type: TypeProto }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc
      .array(fc.oneof(fc.record({ dimValue: fc.nat(9) }), fc.record({ dimParam: text }), fc.constant({})), {
        maxLength: 3,
      })
      .map((dim): TypeProto => ({ tensorType: { elemType: 1, shape: { dim } } })),
    fc.constant<TypeProto>({ tensorType: { elemType: 10 } }),
    fc.constant<TypeProto>({ sparseTensorType: { elemType: 1 }, denotation: 'IMAGE' }),
    fc.constant<TypeProto>({ opaqueType: { domain: 'com.example', name: 'Handle' } }),
    tie('type').map((elemType): TypeProto => ({ sequenceType: { elemType } })),
    tie('type').map((elemType): TypeProto => ({ optionalType: { elemType } })),
    tie('type').map((valueType): TypeProto => ({ mapType: { keyType: 7, valueType } })),
  ),
})).type;

const attribute: fc.Arbitrary<AttributeProto> = fc
  .oneof(
    float.map((f): AttributeProto => ({ type: 1, f })),
    int64.map((i): AttributeProto => ({ type: 2, i })),
    bytes.map((s): AttributeProto => ({ type: 3, s })),
    tensor.map((t): AttributeProto => ({ type: 4, t })),
    fc.array(float, { maxLength: 2 }).map((floats): AttributeProto => ({ type: 6, floats })),
    fc.array(int64, { maxLength: 2 }).map((ints): AttributeProto => ({ type: 7, ints })),
    fc.array(bytes, { maxLength: 2 }).map((strings): AttributeProto => ({ type: 8, strings })),
    fc.array(tensor, { maxLength: 2 }).map((tensors): AttributeProto => ({ type: 9, tensors })),
    tensor.map((values): AttributeProto => ({ type: 11, sparseTensor: { values, dims: [9] } })),
    tensor.map((values): AttributeProto => ({ type: 12, sparseTensors: [{ values }, {}] })),
    type.map((tp): AttributeProto => ({ type: 13, tp })),
    type.map((tp): AttributeProto => ({ type: 14, typeProtos: [tp, tp] })),
    fc.constant<AttributeProto>({ type: 1, refAttrName: 'alpha' }),
    fc.constant<AttributeProto>({ type: 2 }),
    fc.constant<AttributeProto>({ i: 3 }),
  )
  .chain((value) => text.map((docString) => (docString === '' ? value : { ...value, docString })));

const graphSpec = fc.letrec<{ graph: GraphSpec; node: NodeSpec }>((tie) => ({
  graph: fc.record({
    inputs: fc.nat(2),
    tensors: fc.array(tensor, { maxLength: 2 }),
    defaults: fc.boolean(),
    nodes: fc.array(tie('node'), { maxLength: 4 }),
    outputs: fc.array(fc.nat(20), { maxLength: 2 }),
    described: fc.boolean(),
    type,
    properties,
    docString: text,
  }),
  node: fc.record({
    picks: fc.array(fc.option(fc.nat(20), { freq: 5 }), { maxLength: 3 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    attributes: fc.array(attribute, { maxLength: 3 }),
    bodies: fc.oneof(
      { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('graph'), { maxLength: 2 }),
    ),
    listed: fc.boolean(),
    fields: fc.record({
      opType: fc.constantFrom('Relu', 'Add', 'Constant', 'If'),
      domain: fc.constantFrom('', 'ai.onnx', 'com.example'),
      overload: fc.constantFrom('', 'v2'),
      docString: text,
      metadataProps: properties,
    }),
  }),
}));

/** Messages of valid models: nested subgraphs with captures, every kind of attribute, functions, metadata. */
export const randomModel: fc.Arbitrary<ModelProto> = fc
  .record({
    irVersion: fc.integer({ min: 4, max: 14 }),
    graph: graphSpec.graph,
    functions: fc.array(graphSpec.graph, { maxLength: 2 }),
    metadataProps: properties,
    version: fc.integer({ min: 7, max: 28 }),
    docString: text,
    modelVersion: int64,
  })
  .map(({ irVersion, graph, functions, metadataProps, version, docString, modelVersion }) => ({
    irVersion,
    producerName: 'a generator',
    modelVersion,
    docString,
    opsetImport: [
      { domain: '', version },
      { domain: 'com.example', version: 1 },
    ],
    metadataProps,
    graph: new Maker().graph(graph, []),
    functions: functions.map((spec, index) => new Maker().function(spec, index)),
    trainingInfo: [{ updateBinding: [{ key: 'w', value: 'w' }] } as Message],
  }));

class Maker {
  #count = 0;

  graph(spec: GraphSpec, outer: readonly string[]): GraphProto {
    const input = Array.from({ length: spec.inputs }, () => this.#info(this.#name(), spec));
    const initializer = spec.tensors.map((values, index) => {
      const given = spec.defaults ? input[index]?.name : undefined;
      return { ...values, name: given ?? this.#name() };
    });
    const own = [...input, ...initializer].map(({ name }) => name ?? '');
    const unique = [...new Set(own)];
    const node = spec.nodes.map((one) => this.#node(one, outer, unique));
    const outputs = [...new Set(spec.outputs.map((pick) => unique[pick % unique.length] ?? ''))];
    const computed = node.flatMap((one) => one.output ?? []);
    return {
      node,
      name: this.#name(),
      initializer,
      ...(spec.docString === '' ? {} : { docString: spec.docString }),
      input,
      output: outputs.filter((name) => name !== '').map((name) => this.#info(name, spec)),
      valueInfo: spec.described ? computed.map((name) => this.#info(name, spec)) : [],
      metadataProps: spec.properties,
    };
  }

  function(spec: GraphSpec, index: number): FunctionProto {
    const { node, input, output } = this.graph({ ...spec, tensors: [] }, []);
    return {
      name: `function_${index}`,
      input: (input ?? []).map(({ name }) => name ?? ''),
      output: (output ?? []).map(({ name }) => name ?? ''),
      attribute: ['alpha'],
      node: node ?? [],
      docString: spec.docString,
      opsetImport: [{ domain: '', version: 17 }],
      domain: 'com.example',
      attributeProto: [{ name: 'beta', type: 1, f: 0.5 }],
      valueInfo: spec.described
        ? (node ?? []).flatMap((n) => (n.output ?? []).map((o) => ({ name: o })))
        : [],
      overload: 'v2',
      metadataProps: spec.properties,
    };
  }

  #node(spec: NodeSpec, outer: readonly string[], own: string[]): NodeProto {
    const visible = [...outer, ...own];
    const input = spec.picks.map((pick) => (pick === null ? '' : (visible[pick % visible.length] ?? '')));
    const graphs = spec.bodies.map((body) => this.graph(body, visible));
    const bodies = spec.listed
      ? [{ name: 'branches', type: 10, graphs }]
      : graphs.map((g, index) => ({ name: `branch_${index}`, type: 5, g }));
    const output = Array.from({ length: spec.outputs }, () => this.#name());
    own.push(...output);
    return {
      ...spec.fields,
      input,
      output,
      name: this.#name(),
      attribute: [
        ...spec.attributes.map((one, index) => ({ ...one, name: `attribute_${index}` })),
        ...bodies,
      ],
    };
  }

  #info(name: string, { type, properties }: GraphSpec): ValueInfoProto {
    return { name, type, metadataProps: properties };
  }

  #name(): string {
    return `n${this.#count++}`;
  }
}

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer);
}
