import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Graph,
  GraphBuilder,
  Model,
  setInputDefault,
  Tensor,
  tensorType,
  Value,
  writeModel,
} from '@sentei/ir';

/** Scores of two classes: y = x · scale, over float [batch, 2], with gates of its own where flags are given. */
export function classModel(scale: number, gates?: readonly boolean[]): Model {
  const x = new Value('x', tensorType('float32', ['batch', 2]));
  const gate = new Value('skip_gates', tensorType('bool', [gates?.length ?? 0]));
  const graph = new Graph('classes', gates ? [x, gate] : [x]);
  const builder = new GraphBuilder(graph);
  const y = builder.op('Mul', [x, builder.constant(Tensor.floats(Float32Array.of(scale), []))]);
  y.name = 'y';
  y.type = tensorType('float32', ['batch', 2]);
  graph.setOutputs([y]);
  const model = new Model(graph, [['', 17]], 8);
  if (gates) setInputDefault(model, 'skip_gates', gates);
  return model;
}

/** Writes models as `<name>.onnx`, and returns their paths. */
export async function savedModels(
  folder: string,
  models: Readonly<Record<string, Model>>,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const [name, model] of Object.entries(models)) {
    paths[name] = join(folder, `${name}.onnx`);
    await writeModel(model, join(folder, `${name}.onnx`));
  }
  return paths;
}

/** Rows of which the larger element names the class. */
export function classRows(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    x: [Math.sin(index), Math.cos(index)],
    class: Math.sin(index) > Math.cos(index) ? 0 : 1,
  }));
}

/** Writes rows and a card for them, and returns the path of the card. */
export async function savedCard(
  folder: string,
  rows: readonly unknown[],
  more: object = {},
): Promise<string> {
  await writeFile(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const card = {
    version: 1,
    source: { kind: 'jsonl', path: 'rows.jsonl' },
    inputs: { x: 'x' },
    label: { field: 'class', type: 'class' },
    ...more,
  };
  const path = join(folder, 'card.json');
  await writeFile(path, JSON.stringify(card));
  return path;
}
