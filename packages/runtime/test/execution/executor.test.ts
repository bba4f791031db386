import {
  type DataType,
  Graph,
  GraphBuilder,
  Model,
  type Shape,
  Tensor,
  tensorType,
  type Value,
} from '@sentei/ir';
import { afterEach, describe, expect, it } from 'vitest';
import { createExecutor, type ExecutorOptions, type OnnxExecutor } from '../../src/execution/executor.ts';

const open: OnnxExecutor[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((executor) => executor.close()));
});

function start(options: ExecutorOptions = {}): OnnxExecutor {
  const executor = createExecutor(options);
  open.push(executor);
  return executor;
}

function modelOf(
  build: (b: GraphBuilder, x: Value) => Value,
  type: DataType = 'float32',
  shape: Shape = ['n'],
): Model {
  const graph = new Graph('tiny');
  const x = graph.newValue('x', tensorType(type, shape));
  graph.inputs.push(x);
  const y = build(new GraphBuilder(graph), x);
  y.name = 'y';
  y.type ??= tensorType(type);
  graph.setOutputs([y]);
  return new Model(graph, [['', 18]], 8);
}

const double = () => modelOf((b, x) => b.op('Add', [x, x]));
const feeds = (...values: number[]) => new Map([['x', Tensor.floats(values)]]);
const numbers = (outputs: ReadonlyMap<string, Tensor>) => [...(outputs.get('y')?.numbers() ?? [])];
/** Runs for far longer than any test waits. */
const endless = () =>
  modelOf((b, x) => {
    const body = b.subgraph(
      'body',
      [
        { name: 'i', type: tensorType('int64', []) },
        { name: 'go', type: tensorType('bool', []) },
        { name: 'state', type: tensorType('float32', ['n']) },
      ],
      (inner, [, go, state]) => [
        { value: inner.op('Identity', [go ?? null]), type: tensorType('bool', []) },
        { value: inner.op('Sin', [state ?? null]), type: tensorType('float32', ['n']) },
      ],
    );
    return b.op('Loop', [b.int64([2 ** 40], []), null, x], { attributes: { body } });
  });

describe('createExecutor', () => {
  it('runs one model after another, each as it was asked for', async () => {
    const executor = start();
    const runs = [1, 2, 3].map((value) => executor.run(double(), feeds(value)));
    expect((await Promise.all(runs)).map(numbers)).toEqual([[2], [4], [6]]);
  });

  it('goes on in a new process after some runs', async () => {
    const executor = start({ runsPerProcess: 1 });
    expect(numbers(await executor.run(double(), feeds(1)))).toEqual([2]);
    expect(numbers(await executor.run(double(), feeds(4)))).toEqual([8]);
  });

  it('says what is wrong with a model and runs the next', async () => {
    const executor = start();
    const bad = modelOf((b, x) => b.op('NoSuchOperator', [x]));
    await expect(executor.run(bad, feeds(1))).rejects.toMatchObject({
      code: 'runtime-failed',
      subject: 'tiny',
    });
    expect(numbers(await executor.run(double(), feeds(1)))).toEqual([2]);
  });

  it('stops a run that takes too long and runs the next in a new process', async () => {
    const executor = start({ timeoutMs: 3000 });
    await expect(executor.run(endless(), feeds(1))).rejects.toMatchObject({ code: 'runtime-timeout' });
    expect(numbers(await executor.run(double(), feeds(1)))).toEqual([2]);
  });

  it('stops when the caller of a run says so', async () => {
    const controller = new AbortController();
    const executor = start();
    const run = executor.run(endless(), feeds(1), controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    await expect(executor.run(double(), feeds(1), controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(numbers(await executor.run(double(), feeds(1)))).toEqual([2]);
  });

  it('refuses what it cannot carry before it starts anything', async () => {
    const executor = start();
    const model = modelOf((b, x) => b.op('Identity', [x]), 'bfloat16');
    await expect(executor.run(model, new Map())).rejects.toMatchObject({ code: 'unsupported-model' });
    const strings = modelOf((b, x) => b.op('Identity', [x]), 'string');
    await expect(executor.run(strings, new Map())).rejects.toMatchObject({ code: 'unsupported-model' });
  });

  it('refuses runs after it was closed, and may be closed twice or unused', async () => {
    const executor = start();
    await executor.close();
    await executor.close();
    await expect(executor.run(double(), feeds(1))).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('checks its options', () => {
    expect(() => createExecutor({ threads: 0 })).toThrowError(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
