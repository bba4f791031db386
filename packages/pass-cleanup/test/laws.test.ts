import { checkPass } from '@sentei/ir/testing';
import { createExecutor } from '@sentei/runtime';
import { afterAll, test } from 'vitest';
import { CLEANUP_PASSES, cleanup } from '../src/index.ts';

const executor = createExecutor();
afterAll(() => executor.close());

test('cleanup keeps the laws of passes at any options, and numbers as they are', async () => {
  await checkPass(cleanup, { executor, runs: 100 });
});

test('a finished clean-up finds nothing more to do', async () => {
  await checkPass(cleanup({ rounds: 100 }), { executor, idempotent: true, runs: 100 });
});

test.each(CLEANUP_PASSES.map((factory) => [factory.id, factory] as const))(
  '%s keeps the laws by itself',
  async (_, pass) => {
    await checkPass(pass, { executor, runs: 30 });
  },
);
