import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { onnxRoot } from '../../src/codec/schema.ts';

/** `name=number` of every field, in the order of the numbers; `*` marks repeated ones, `+` packed ones. */
function fieldsOf(type: protobuf.Type): string {
  return type.fieldsArray
    .map((field) => field.resolve())
    .sort((a, b) => a.id - b.id)
    .map((field) => `${field.name}=${field.id}${field.repeated ? (field.packed ? '+' : '*') : ''}`)
    .join(' ');
}

function typesOf(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((object) =>
    object instanceof protobuf.Type ? [object, ...typesOf(object)] : [],
  );
}

describe('onnxRoot', () => {
  // Compared field by field with the descriptors of onnx 1.23.2 (IR version 14).
  it('has every message and field of IR version 14', () => {
    const types = typesOf(onnxRoot.lookup('onnx') as protobuf.Namespace);
    const lines = types.map((type) => `${type.fullName.slice('.onnx.'.length)}: ${fieldsOf(type)}`);
    expect(lines.sort().join('\n')).toMatchInlineSnapshot(`
      "AttributeProto: name=1 f=2 i=3 s=4 t=5 g=6 floats=7* ints=8* strings=9* tensors=10* graphs=11* docString=13 tp=14 typeProtos=15* type=20 refAttrName=21 sparseTensor=22 sparseTensors=23*
      DeviceConfigurationProto: name=1 numDevices=2 device=3*
      FunctionProto: name=1 input=4* output=5* attribute=6* node=7* docString=8 opsetImport=9* domain=10 attributeProto=11* valueInfo=12* overload=13 metadataProps=14*
      GraphProto: node=1* name=2 initializer=5* docString=10 input=11* output=12* valueInfo=13* quantizationAnnotation=14* sparseInitializer=15* metadataProps=16*
      IntIntListEntryProto: key=1 value=2*
      ModelProto: irVersion=1 producerName=2 producerVersion=3 domain=4 modelVersion=5 docString=6 graph=7 opsetImport=8* metadataProps=14* trainingInfo=20* functions=25* configuration=26*
      NodeDeviceConfigurationProto: configurationId=1 shardingSpec=2* pipelineStage=3
      NodeProto: input=1* output=2* name=3 opType=4 attribute=5* docString=6 domain=7 overload=8 metadataProps=9* deviceConfigurations=10*
      OperatorSetIdProto: domain=1 version=2
      ShardedDimProto: axis=1 simpleSharding=2*
      ShardingSpecProto: tensorName=1 device=2* indexToDeviceGroupMap=3* shardedDim=4*
      SimpleShardedDimProto: dimValue=1 dimParam=2 numShards=3
      SparseTensorProto: values=1 indices=2 dims=3*
      StringStringEntryProto: key=1 value=2
      TensorAnnotation: tensorName=1 quantParameterTensorNames=2*
      TensorProto.Segment: begin=1 end=2
      TensorProto: dims=1* dataType=2 segment=3 floatData=4* int32Data=5* stringData=6* int64Data=7* name=8 rawData=9 doubleData=10* uint64Data=11* docString=12 externalData=13* dataLocation=14 metadataProps=16*
      TensorShapeProto.Dimension: dimValue=1 dimParam=2 denotation=3
      TensorShapeProto: dim=1*
      TrainingInfoProto: initialization=1 algorithm=2 initializationBinding=3* updateBinding=4*
      TypeProto.Map: keyType=1 valueType=2
      TypeProto.Opaque: domain=1 name=2
      TypeProto.Optional: elemType=1
      TypeProto.Sequence: elemType=1
      TypeProto.SparseTensor: elemType=1 shape=2
      TypeProto.Tensor: elemType=1 shape=2
      TypeProto: tensorType=1 sequenceType=4 mapType=5 denotation=6 opaqueType=7 sparseTensorType=8 optionalType=9
      ValueInfoProto: name=1 type=2 docString=3 metadataProps=4*"
    `);
  });

  it('reads packed and unpacked integers alike, and writes dims unpacked as Python does', () => {
    const tensor = onnxRoot.lookupType('onnx.TensorProto');
    const packed = tensor.decode(Uint8Array.from([0x0a, 2, 3, 4]));
    expect([...tensor.encode(packed).finish()]).toEqual([0x08, 3, 0x08, 4]);
  });
});
