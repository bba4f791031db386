import { expect, it } from 'vitest';
import {
  ATTRIBUTE,
  FUNCTION,
  GRAPH,
  KNOWN,
  MODEL,
  NODE,
  TENSOR,
  VALUE_INFO,
} from '../../src/codec/fields.ts';
import { onnxRoot } from '../../src/codec/schema.ts';

it.each([
  ['ModelProto', MODEL, KNOWN.model],
  ['GraphProto', GRAPH, KNOWN.graph],
  ['NodeProto', NODE, KNOWN.node],
  ['FunctionProto', FUNCTION, KNOWN.function],
  ['ValueInfoProto', VALUE_INFO, KNOWN.valueInfo],
  ['TensorProto', TENSOR, KNOWN.tensor],
  ['AttributeProto', ATTRIBUTE, KNOWN.attribute],
] as const)('the numbers of %s are those of the schema', (name, fields, known) => {
  const schema = onnxRoot.lookupType(`onnx.${name}`).fieldsArray.map(({ id }) => id);
  expect(Object.values(fields).sort((a, b) => a - b)).toEqual(schema.sort((a, b) => a - b));
  expect([...known].sort((a, b) => a - b)).toEqual(schema);
});
