import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashModel } from '../../src/file/hash-model.ts';
import { Graph, Model, Node, readModel, Tensor, tensorType, Value, writeModel } from '../../src/index.ts';

function sumModel(fill: number): Model {
  const type = tensorType('float32', [16]);
  const [x, w, y] = ['x', 'w', 'y'].map((name) => new Value(name, type)) as [Value, Value, Value];
  w.tensor = Tensor.fromBytes('float32', [16], new Uint8Array(64).fill(fill));
  const graph = new Graph('sum', [x], [y]);
  graph.initializers.add(w);
  graph.append(new Node('Add', [x, w], [y]));
  return new Model(graph, [['', 17]]);
}

test('equal models have equal hashes, other weights or nodes another one', async () => {
  const hash = await hashModel(sumModel(1));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashModel(sumModel(1))).toBe(hash);
  expect(await hashModel(sumModel(2))).not.toBe(hash);
  const renamed = sumModel(1);
  for (const node of renamed.graph.nodes()) node.opType = 'Sub';
  expect(await hashModel(renamed)).not.toBe(hash);
});

test('external data counts by its contents, and has to be there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-hash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'model.onnx');
  const data = join(folder, 'model.onnx.data');
  await writeModel(sumModel(1), path, { externalData: { threshold: 1 } });
  const hash = await hashModel(await readModel(path));
  const bytes = await readFile(data);
  bytes[5] = 9;
  await writeFile(data, bytes);
  expect(await hashModel(await readModel(path))).not.toBe(hash);
  await rename(data, `${data}.gone`);
  await expect(hashModel(await readModel(path))).rejects.toMatchObject({ code: 'external-data' });
});
