import fc from 'fast-check';
import Long from 'long';
import type {
  AttributeProto,
  Message,
  NodeProto,
  StringStringEntryProto,
  TensorProto,
  TypeProto,
} from '../../codec/messages.ts';
import { bitsPerElement, DATA_TYPES, type DataType } from '../../graph/data-type.ts';

/** Names and texts, empty and beyond ASCII. */
export const text = fc.constantFrom('', 'a', 'layer.0', 'größe', '層', '🌲');
/** Metadata entries, repeated keys among them. */
export const properties: fc.Arbitrary<StringStringEntryProto[]> = fc.array(
  fc.record({ key: text, value: text }),
  {
    maxLength: 2,
  },
);
/** 64-bit integers of the whole range. */
export const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((n) => Long.fromString(n.toString()));
const float = fc.float({ noNaN: false });
const bytes = fc.uint8Array({ maxLength: 4 });

/** Fields of no schema: a varint, a text and a nested message, under numbers that no version of ONNX uses. */
export const unknowns: fc.Arbitrary<Pick<Message, '$unknowns'>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Pick<Message, '$unknowns'>[]>(
      { $unknowns: [Uint8Array.of(0xc0, 0x3e, 7)] },
      { $unknowns: [Uint8Array.of(0xca, 0x3e, 2, 104, 105)] },
      { $unknowns: [Uint8Array.of(0xd2, 0x3e, 2, 8, 1), Uint8Array.of(0xd8, 0x3e, 0)] },
    ),
  },
);

const RAW_TYPES = Object.keys(DATA_TYPES).filter(
  (type): type is DataType => bitsPerElement(type as DataType) !== undefined,
);

/** Tensors of every data type: raw bytes, packed below a byte too, and the typed fields of the schema. */
export const tensor: fc.Arbitrary<TensorProto> = fc.nat({ max: 3 }).chain((size) => {
  const list = <T>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: size, maxLength: size });
  const small = list(fc.integer({ min: 0, max: 255 }));
  const raw = fc.constantFrom(...RAW_TYPES).chain((type) => {
    const length = Math.ceil((size * (bitsPerElement(type) ?? 0)) / 8);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((rawData) => ({ dataType: DATA_TYPES[type], rawData }));
  });
  const data: fc.Arbitrary<TensorProto> = fc.oneof(
    { weight: 4, arbitrary: raw },
    list(float).map((floatData) => ({ dataType: DATA_TYPES.float32, floatData })),
    list(fc.double()).map((doubleData) => ({ dataType: DATA_TYPES.float64, doubleData })),
    list(int64).map((int64Data) => ({ dataType: DATA_TYPES.int64, int64Data })),
    list(int64).map((numbers) => ({
      dataType: DATA_TYPES.uint64,
      uint64Data: numbers.map((number) => number.toUnsigned()),
    })),
    small.map((int32Data) => ({ dataType: DATA_TYPES.float16, int32Data })),
    small.map((int32Data) => ({ dataType: DATA_TYPES.float8e4m3fn, int32Data })),
    list(bytes).map((stringData) => ({ dataType: DATA_TYPES.string, stringData })),
  );
  return fc.record({ data, docString: text, metadataProps: properties, unknowns }).map((fields) => ({
    dims: [size],
    ...fields.data,
    docString: fields.docString,
    metadataProps: fields.metadataProps,
    ...fields.unknowns,
  }));
});

/** Types of every kind, nested. */
export const type: fc.Arbitrary<TypeProto> = fc.letrec<{ type: TypeProto }>((tie) => ({
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

/** Attributes of every kind but graphs. */
export const attribute: fc.Arbitrary<AttributeProto> = fc
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

/** How a node is spread over devices: pipeline stages and sharded axes. */
export const deviceConfigurations: fc.Arbitrary<Pick<NodeProto, 'deviceConfigurations'>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({ stage: fc.nat(3), axis: fc.nat(2) }).map(({ stage, axis }) => ({
      deviceConfigurations: [
        {
          configurationId: 'mesh',
          pipelineStage: stage,
          shardingSpec: [
            {
              tensorName: 'n0',
              device: [0, 1],
              indexToDeviceGroupMap: [{ key: 0, value: [0, 1] }],
              shardedDim: [{ axis, simpleSharding: [{ dimValue: 4, numShards: 2 }, { dimParam: 'batch' }] }],
            },
          ],
        } as Message,
      ],
    })),
  },
);
