import { expect, test } from 'vitest';
import { readProfile } from '../../src/placement/profile.ts';

function node(name: string, opType: string, ts: number, dur: number, provider = 'CUDAExecutionProvider') {
  const args = { op_name: opType, provider, node_index: '1' };
  return { cat: 'Node', name: `${name}_kernel_time`, ts, dur, args };
}

const session = (name: string, ts: number, dur: number) => ({ cat: 'Session', name, ts, dur });

test('nodes are counted over the runs behind the first', () => {
  const profile = readProfile(
    JSON.stringify([
      session('session_initialization', 0, 50),
      node('a', 'Add', 110, 900),
      session('SequentialExecutor::Execute', 105, 905),
      session('model_run', 100, 920),
      node('a', 'Add', 2010, 100),
      node('body', 'Mul', 2120, 30),
      session('SequentialExecutor::Execute', 2115, 40),
      node('loop', 'Loop', 2110, 60),
      session('SequentialExecutor::Execute', 2005, 200),
      session('model_run', 2000, 250),
      node('a', 'Add', 3010, 300),
      session('SequentialExecutor::Execute', 3005, 400),
      session('model_run', 3000, 410),
    ]),
  );
  expect(profile).toMatchObject({ runs: 2, runMilliseconds: 0.66, executeMilliseconds: 0.6 });
  expect(profile.nodes).toEqual([
    expect.objectContaining({ name: 'a', opType: 'Add', executions: 2, milliseconds: 0.4 }),
    expect.objectContaining({ name: 'body', opType: 'Mul', executions: 1, milliseconds: 0.03 }),
    expect.objectContaining({ name: 'loop', opType: 'Loop', executions: 1 }),
  ]);
});

test('the only run counts', () => {
  const profile = readProfile(
    JSON.stringify([
      node('a', 'Add', 10, 5),
      { ...node('a', 'Add', 20, 5), name: 'a_fence_before' },
      session('model_run', 0, 40),
    ]),
  );
  expect(profile.nodes).toEqual([expect.objectContaining({ executions: 1 })]);
  expect(profile).toMatchObject({ runs: 1, executeMilliseconds: 0 });
});

test('nodes of one name in two graphs are two', () => {
  const other = { ...node('a', 'Add', 20, 5), args: { ...node('a', 'Add', 20, 5).args, node_index: '7' } };
  const profile = readProfile(JSON.stringify([node('a', 'Add', 10, 5), other, session('model_run', 0, 40)]));
  expect(profile.nodes).toHaveLength(2);
});

test.each(['', '{}', '[{"cat": 1}]', '[]', '[{"cat":"Node","name":"a_kernel_time"}]'])(
  '%j is refused',
  (text) => {
    expect(() => readProfile(text)).toThrow(expect.objectContaining({ code: 'runtime-failed' }));
  },
);
