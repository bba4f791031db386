import { checkPass } from '@sentei/ir/testing';
import { test } from 'vitest';
import { ortExecutor } from '../../ir/test/support/ort-executor.ts';
import { cleanup } from '../src/index.ts';

test('cleanup keeps the laws of passes at any options, and numbers as they are', async () => {
  await checkPass(cleanup, { executor: ortExecutor, runs: 100 });
});

test('a finished clean-up finds nothing more to do', async () => {
  await checkPass(cleanup({ rounds: 100 }), { executor: ortExecutor, idempotent: true, runs: 100 });
});
