import { expect, it } from 'vitest';
import { encodeAnnotation, readAnnotations } from '../../src/codec/quantization-annotation.ts';
import { decodeModel } from '../../src/codec/wire.ts';
import { writeModelBytes } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const ANNOTATION = { tensorName: 'x', parameters: new Map([['SCALE_TENSOR', 'x_scale']]) };

it('annotations come back as they were', () => {
  expect(readAnnotations([encodeAnnotation(ANNOTATION)])).toEqual([ANNOTATION]);
});

it('annotations of a graph are written as the schema has them', () => {
  const { model, graph } = tinyModel();
  graph.docString = 'a graph';
  graph.quantizationAnnotations = [ANNOTATION];
  const written = decodeModel(writeModelBytes(model)).graph;
  expect(written?.docString).toBe('a graph');
  expect(JSON.stringify(written?.quantizationAnnotation)).toBe(
    '[{"tensorName":"x","quantParameterTensorNames":[{"key":"SCALE_TENSOR","value":"x_scale"}]}]',
  );
  graph.quantizationAnnotations = [];
  expect([graph.quantizationAnnotations, graph.docString]).toEqual([[], 'a graph']);
});
