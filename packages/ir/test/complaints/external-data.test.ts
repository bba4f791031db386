import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkExternalData,
  inferTypes,
  printModel,
  readModel,
  readModelBytes,
  Tensor,
  verify,
  writeModel,
  writeModelBytes,
} from '../../src/index.ts';
import { errorOf, rejection } from '../support/code-of.ts';
import { tinyBytes, tinyModel } from '../support/tiny-model.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-complaints-'));
});
afterEach(() => rmSync(root, { recursive: true }));
const at = (...parts: string[]) => join(root, ...parts);

/** A model with 3 GiB of weights that must not be read: no memory holds them, nor does the disk of a test. */
function hugeModel() {
  const tiny = tinyModel();
  for (let index = 0; index < 3; index++) {
    const weight = Tensor.lazy('float32', [2 ** 14, 2 ** 14], () => {
      throw new Error('weights are not to be read');
    });
    tiny.graph.addInitializer(tiny.graph.newValue('weight'), weight);
  }
  return tiny.model;
}

/** A model whose weights were moved to `weights.bin` in a folder. */
async function writeExternal(folder: string, options = {}): Promise<string> {
  const { model, graph } = tinyModel();
  graph.addInitializer(
    graph.newValue('big'),
    Tensor.floats(Float32Array.from({ length: 4000 }, (_, i) => i)),
  );
  const path = at(folder, 'model.onnx');
  await writeModel(model, path, { externalData: { location: 'weights.bin', ...options } });
  return path;
}

const lastWeight = async (path: string) => [...(await readModel(path)).graph.initializers].at(-1)?.tensor;

describe('onnxsim #158, #262, #308, onnx #5848: a model beyond 2 GiB fails somewhere inside protobuf', () => {
  it('is refused with its size and what to do', () => {
    const error = errorOf(() => writeModelBytes(hugeModel()));
    expect(error?.code).toBe('unsupported-model');
    expect(error?.message).toMatch(/3221225\d+ bytes.*2 GiB/);
    expect(error?.hint).toContain('external data');
  });

  it('onnxsim #355, #357, PR #425: is refused before the old file is gone', async () => {
    writeFileSync(at('model.onnx'), 'before');
    const error = await rejection(writeModel(hugeModel(), at('model.onnx')));
    expect([error?.code, error?.subject]).toEqual(['output-unwritable', at('model.onnx')]);
    expect([readdirSync(root), readFileSync(at('model.onnx'), 'utf8')]).toEqual([['model.onnx'], 'before']);
  });

  it('onnx PR #4366, onnxscript PR #1340: is checked, printed and given shapes without its weights', () => {
    const model = hugeModel();
    expect(verify(model)).toEqual([]);
    expect(inferTypes(model).conflicts).toEqual([]);
    expect(printModel(model)).toContain('float[16384,16384] weight');
  });
});

it('OnnxSlim #122, onnxsim PR #173: weights move out on request, and the model file holds none of them', async () => {
  const path = await writeExternal('out');
  expect(statSync(path).size).toBeLessThan(1000);
  expect(statSync(at('out', 'weights.bin')).size).toBe(16_000);
  expect((await lastWeight(path))?.numbers().at(-1)).toBe(3999);
  expect(await checkExternalData(await readModel(path))).toBe(1);
});

it('TensorRT #3328: external weights stay external, with the same bytes, when the model is changed and saved', async () => {
  const model = await readModel(await writeExternal('in'));
  for (const node of model.graph.nodes()) node.name = `${node.name}_2`;
  await writeModel(model, at('out', 'other.onnx'));
  expect(readdirSync(at('out')).sort()).toEqual(['other.onnx', 'weights.bin']);
  expect(readFileSync(at('out', 'weights.bin'))).toEqual(readFileSync(at('in', 'weights.bin')));
  expect((await lastWeight(at('out', 'other.onnx')))?.external?.location).toBe('weights.bin');
});

describe('onnxsim #158: a file that was cut is called one without opset_import', () => {
  const bytes = tinyBytes();

  it('is called incomplete here, wherever inside a field it ends', () => {
    const errors = Array.from(bytes, (_, length) => errorOf(() => readModelBytes(bytes.subarray(0, length))));
    // A file that ends between two fields is one whose last fields are missing.
    const told = errors.filter((error) => error !== undefined);
    expect(told.length).toBeGreaterThan(bytes.length - 4);
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set(['not-onnx']));
    for (const { message } of told) expect(message).not.toMatch(/opset/);
  });

  it('and a data file that was cut, is missing, or belongs to another model is named', async () => {
    const path = await writeExternal('cut', { checksum: true });
    const data = at('cut', 'weights.bin');
    const whole = readFileSync(data);
    const check = async () => rejection(checkExternalData(await readModel(path)));
    writeFileSync(data, whole.subarray(0, 8000));
    expect(await check()).toMatchObject({
      code: 'external-data',
      message: expect.stringContaining('too short'),
    });
    writeFileSync(
      data,
      whole.map((byte) => byte ^ 1),
    );
    expect(await check()).toMatchObject({ code: 'external-data', subject: 'weights.bin' });
    rmSync(data);
    mkdirSync(data);
    expect((await rejection(lastNumbers(path)))?.code).toBe('external-data');
    rmSync(data, { recursive: true });
    expect(await check()).toMatchObject({ code: 'external-data', subject: 'weights.bin' });
  });
});

async function lastNumbers(path: string) {
  return (await lastWeight(path))?.numbers();
}
