import { expect } from 'vitest';
import { Graph, GraphBuilder, inferTypes, Model, type Shape, tensorType, verify } from '../../src/index.ts';
import { makeFeeds } from '../../src/testing/index.ts';
import type { Step } from '../../src/testing/models/arithmetic.ts';
import { LOCAL_DOMAIN } from '../../src/testing/models/control-flow.ts';
import { localFunctions } from '../../src/testing/models/functions.ts';
import { Pool } from '../../src/testing/models/pool.ts';
import { ortExecutor } from './ort-executor.ts';

/** Takes a step alone for many picks: what it declares is what inference finds and what ONNX Runtime computes. */
export async function expectDeclared(step: Step): Promise<void> {
  let made = 0;
  for (const shape of [[2, 3], ['batch', 2, 4], [3]] satisfies Shape[]) {
    for (let pick = 0; pick < 12; pick++) {
      const graph = new Graph('step');
      const value = graph.newValue('x', tensorType('float32', shape));
      const indices = graph.newValue('indices', tensorType('int64', ['batch', 3]));
      graph.inputs.push(value, indices);
      const pool = new Pool(new GraphBuilder(graph), [{ value, shape, bound: 2 }], undefined, indices);
      const items = step(pool, pool.pick(0), pick);
      made += items.length;
      graph.setOutputs([...new Set(items.map((item) => item.value))]);
      const model = new Model(
        graph,
        [
          ['', 20],
          [LOCAL_DOMAIN, 1],
        ],
        9,
      );
      model.functions = localFunctions(20);
      expect(verify(model)).toEqual([]);
      expect(inferTypes(model).conflicts).toEqual([]);
      if (items.length === 0) continue;
      const outputs = await ortExecutor.run(model, makeFeeds(model, 2, pick));
      for (const item of items) {
        const output = outputs.get(item.value.name);
        expect(output?.dims).toEqual(item.shape.map((dim) => (typeof dim === 'number' ? dim : 2)));
        const largest = Math.max(...(output?.numbers() ?? [Number.NaN]).map(Math.abs));
        expect(largest).toBeLessThanOrEqual(item.bound * (1 + 1e-5));
      }
    }
  }
  expect(made).toBeGreaterThan(0);
}
