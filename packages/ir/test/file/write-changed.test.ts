import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeChanged } from '../../src/file/write-changed.ts';
import {
  Graph,
  Model,
  Node,
  readModel,
  Tensor,
  tensorType,
  Value,
  writeModel,
  writeModelBytes,
} from '../../src/index.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sentei-changed-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** y = x + w, with a weight of 64 bytes. */
function sumModel(): Model {
  const type = tensorType('float32', [16]);
  const [x, w, y] = ['x', 'w', 'y'].map((name) => new Value(name, type)) as [Value, Value, Value];
  w.tensor = Tensor.fromBytes('float32', [16], new Uint8Array(64).fill(1));
  const graph = new Graph('sum', [x], [y]);
  graph.initializers.add(w);
  graph.append(new Node('Add', [x, w], [y]));
  return new Model(graph, [['', 17]]);
}

test('the file has the change, the model does not', async () => {
  const model = sumModel();
  const before = writeModelBytes(model);
  const path = join(await folder(), 'new', 'model.onnx');
  await writeChanged(model, path, ({ graph }) => {
    const z = new Value('z');
    graph.append(new Node('Relu', [graph.outputs[0] ?? null], [z]));
    graph.setOutputs([z]);
  });
  expect((await readModel(path)).graph.outputs.map(({ name }) => name)).toEqual(['z']);
  expect(writeModelBytes(model)).toEqual(before);
});

test('external data is referred to, not copied', async () => {
  const [source, target] = [await folder(), await folder()];
  await writeModel(sumModel(), join(source, 'model.onnx'), { externalData: { threshold: 1 } });
  const model = await readModel(join(source, 'model.onnx'));
  await writeChanged(model, join(target, 'model.onnx'), () => {});
  expect(await readdir(target)).toEqual(['model.onnx']);
});

test('a change that throws, or a place that is a folder, leaves model and disk as they were', async () => {
  const model = sumModel();
  const before = writeModelBytes(model);
  const place = await folder();
  const failing = writeChanged(model, join(place, 'model.onnx'), ({ graph }) => {
    graph.setOutputs([]);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await expect(writeChanged(model, place, () => {})).rejects.toMatchObject({ code: 'output-unwritable' });
  expect(writeModelBytes(model)).toEqual(before);
  expect(await readdir(place)).toEqual([]);
});
