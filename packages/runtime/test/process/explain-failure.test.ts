import { expect, test } from 'vitest';
import { explainFailure } from '../../src/process/explain-failure.ts';

const location =
  '/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, bool) ';

test('the C++ location goes, and lines become one', () => {
  const { message, hint } = explainFailure(`${location}Got 3\n  Expected: 4\n`);
  expect(message).toBe('Got 3 Expected: 4');
  expect(hint).toBeUndefined();
});

test('the file goes, since the caller names it', () => {
  expect(explainFailure(`Load model from /a b/m.onnx failed:${location}Bad node`).message).toBe('Bad node');
});

test('a message without a location keeps its parentheses', () => {
  expect(explainFailure('Load model (x) failed').message).toBe('Load model (x) failed');
});

test('known causes bring a hint with the figures of the message', () => {
  const ir = explainFailure(`${location}Unsupported model IR version: 14, max supported IR version: 13`);
  expect(ir.hint).toContain('IR version 14 and this ONNX Runtime reads up to 13');
  const opset = explainFailure(
    'Opset 28 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 26.',
  );
  expect(opset.hint).toContain('opset 28 of ai.onnx and this ONNX Runtime runs up to 26');
  const cuda = explainFailure('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library');
  expect(cuda.hint).toContain('sentei doctor');
  expect(explainFailure('Unsupported data type: 16').hint).toContain('element type 16');
});

test('a long message is cut', () => {
  expect(explainFailure('x'.repeat(1000)).message).toHaveLength(400);
});
