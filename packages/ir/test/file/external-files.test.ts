import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkExternalData, readModel, Tensor, writeModel } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-external-'));
});
afterEach(() => rmSync(root, { recursive: true }));
const at = (...parts: string[]) => join(root, ...parts);

function bigModel() {
  const { model, graph } = tinyModel();
  graph.addInitializer(
    graph.newValue('big'),
    Tensor.floats(Float32Array.from({ length: 5000 }, (_, i) => i)),
  );
  graph.addInitializer(
    graph.newValue('half'),
    Tensor.floats(new Float32Array(2000).fill(0.5), [2000], 'float16'),
  );
  return model;
}

const numbersOf = async (path: string) =>
  [...(await readModel(path)).graph.initializers].map(({ tensor }) => [...(tensor?.numbers() ?? [])]);

describe('external data', () => {
  it('goes out, comes back in, and is the same', async () => {
    await writeModel(bigModel(), at('inline.onnx'));
    const before = await numbersOf(at('inline.onnx'));
    const model = await readModel(at('inline.onnx'));
    await writeModel(model, at('out', 'm.onnx'), { externalData: { checksum: true }, durable: true });
    expect(readdirSync(at('out')).sort()).toEqual(['m.onnx', 'm.onnx.data']);
    expect(await numbersOf(at('out', 'm.onnx'))).toEqual(before);
    const external = await readModel(at('out', 'm.onnx'));
    await writeModel(external, at('sharded', 'm.onnx'), {
      externalData: { shardBytes: 8192, location: 'd/w' },
    });
    expect(readdirSync(at('sharded', 'd')).sort()).toEqual(['w', 'w.1']);
    expect(await numbersOf(at('sharded', 'm.onnx'))).toEqual(before);
    await writeModel(external, at('back.onnx'), { externalData: 'inline' });
    expect(await numbersOf(at('back.onnx'))).toEqual(before);
    expect(readdirSync(root).sort()).toEqual(['back.onnx', 'inline.onnx', 'out', 'sharded']);
  });

  it('is not written over what the model still reads', async () => {
    await writeModel(bigModel(), at('m.onnx'), { externalData: {} });
    const model = await readModel(at('m.onnx'));
    const before = readFileSync(at('m.onnx.data'));
    await expect(writeModel(model, at('m.onnx'), { externalData: {} })).rejects.toMatchObject({
      code: 'output-unwritable',
    });
    expect(readFileSync(at('m.onnx.data')).equals(before)).toBe(true);
  });

  it('is checked for length and checksum', async () => {
    await writeModel(bigModel(), at('m.onnx'), { externalData: { checksum: true } });
    const model = await readModel(at('m.onnx'));
    expect(await checkExternalData(model)).toBe(1);
    appendFileSync(at('m.onnx.data'), 'x');
    await expect(checkExternalData(model)).rejects.toMatchObject({
      code: 'external-data',
      subject: 'm.onnx.data',
    });
    truncateSync(at('m.onnx.data'), 100);
    await expect(checkExternalData(model)).rejects.toMatchObject({
      hint: expect.stringContaining('100 are there'),
    });
    rmSync(at('m.onnx.data'));
    await expect(checkExternalData(model)).rejects.toMatchObject({ code: 'external-data' });
  });

  it('leaves a pass that writes nothing where it fails half way', async () => {
    const model = bigModel();
    model.graph.addInitializer(
      model.graph.newValue('bad'),
      Tensor.lazy('float32', [5000], () => new Uint8Array(3)),
    );
    await expect(writeModel(model, at('out', 'm.onnx'), { externalData: {} })).rejects.toMatchObject({
      code: 'invalid-graph',
    });
    expect(readdirSync(root)).toEqual([]);
    writeFileSync(at('m.onnx'), 'mine');
    await expect(writeModel(model, at('m.onnx'))).rejects.toMatchObject({ code: 'invalid-graph' });
    expect([readdirSync(root), readFileSync(at('m.onnx'), 'utf8')]).toEqual([['m.onnx'], 'mine']);
  });
});

it('a range that does not fill its shape is refused when it is moved, not written as it is', async () => {
  writeFileSync(at('w.bin'), new Uint8Array(8192));
  const { model, graph } = tinyModel();
  const entries = { location: 'w.bin', length: '4096' };
  graph.addInitializer(graph.newValue('short'), Tensor.fromExternal('float32', [2048], entries, root));
  for (const externalData of [{ location: 'new.bin' }, 'inline'] as const) {
    await expect(writeModel(model, at('out', 'm.onnx'), { externalData })).rejects.toMatchObject({
      code: 'invalid-graph',
    });
  }
  expect(readdirSync(root)).toEqual(['w.bin']);
});

describe('a model beyond 2 GiB', () => {
  it('is refused inline before anything is written, and written with external data', async () => {
    const { model, graph } = tinyModel();
    // Computed when asked for, so that the test takes no memory; one block stands for all.
    const block = new Uint8Array(2 ** 26);
    for (let index = 0; index < 33; index++)
      graph.addInitializer(
        graph.newValue('block'),
        Tensor.lazy('uint8', [2 ** 26], () => block),
      );
    await expect(writeModel(model, at('m.onnx'))).rejects.toMatchObject({
      code: 'output-unwritable',
      hint: expect.stringContaining('external'),
    });
    expect(readdirSync(root)).toEqual([]);
  });
});
