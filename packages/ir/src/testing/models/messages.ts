import fc from 'fast-check';
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
} from '../../codec/messages.ts';
import {
  attribute,
  deviceConfigurations,
  int64,
  properties,
  tensor,
  text,
  type,
  unknowns,
} from './message-parts.ts';

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
  readonly sparse: readonly TensorProto[];
  readonly unknowns: Pick<Message, '$unknowns'>;
}

interface NodeSpec {
  readonly picks: readonly (number | null)[];
  readonly outputs: number;
  readonly attributes: readonly AttributeProto[];
  readonly bodies: readonly GraphSpec[];
  readonly listed: boolean;
  readonly fields: NodeProto;
  readonly devices: Pick<NodeProto, 'deviceConfigurations'>;
  readonly unknowns: Pick<Message, '$unknowns'>;
}

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
    sparse: fc.array(tensor, { maxLength: 1 }),
    unknowns,
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
    devices: deviceConfigurations,
    unknowns,
  }),
}));

/**
 * Messages of models that use everything IR version 14 has: nested subgraphs with captures, attributes and tensors of every
 * kind, sparse initializers, functions with overloads and attribute defaults, metadata at every place, devices and
 * sharding, quantization annotations, training info, and fields unknown to the schema. Valid graphs; operators that no
 * runtime would run.
 */
export const modelMessage: fc.Arbitrary<ModelProto> = fc
  .record({
    irVersion: fc.integer({ min: 4, max: 14 }),
    graph: graphSpec.graph,
    functions: fc.array(graphSpec.graph, { maxLength: 2 }),
    metadataProps: properties,
    version: fc.integer({ min: 7, max: 28 }),
    docString: text,
    modelVersion: int64,
    training: fc.option(graphSpec.graph, { freq: 1, nil: undefined }),
    unknowns,
  })
  .map(
    ({
      irVersion,
      graph,
      functions,
      metadataProps,
      version,
      docString,
      modelVersion,
      training,
      unknowns: more,
    }) => ({
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
      trainingInfo: [
        {
          ...(training === undefined ? {} : { algorithm: new Maker().graph(training, []) }),
          initializationBinding: metadataProps,
          updateBinding: [{ key: 'w', value: 'w' }],
        } as Message,
      ],
      configuration: [{ name: 'mesh', numDevices: 2, device: ['cpu', 'gpu'] } as Message],
      ...more,
    }),
  );

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
    const sparseInitializer = spec.sparse.map((values) => ({
      values: { ...values, name: this.#name() },
      indices: {
        dims: [values.dims?.[0] ?? 0],
        dataType: 7,
        int64Data: (values.dims ?? []).flatMap((n) => counting(Number(n))),
      },
      dims: [9],
    }));
    const computed = node.flatMap((one) => one.output ?? []);
    return {
      node,
      name: this.#name(),
      initializer,
      ...(spec.docString === '' ? {} : { docString: spec.docString }),
      input,
      output: outputs.filter((name) => name !== '').map((name) => this.#info(name, spec)),
      valueInfo: spec.described ? computed.map((name) => this.#info(name, spec)) : [],
      quantizationAnnotation: unique
        .slice(0, 1)
        .map(
          (
            tensorName,
          ): Message & { tensorName: string; quantParameterTensorNames: StringStringEntryProto[] } => ({
            tensorName,
            quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: tensorName }],
          }),
        ),
      sparseInitializer,
      metadataProps: spec.properties,
      ...spec.unknowns,
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
      ...spec.devices,
      ...spec.unknowns,
    };
  }

  #info(name: string, { type, properties }: GraphSpec): ValueInfoProto {
    return { name, type, metadataProps: properties };
  }

  #name(): string {
    return `n${this.#count++}`;
  }
}

function counting(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
