import { checkPasses } from '@sentei/ir/testing';
import { createExecutor } from '@sentei/runtime';
import { afterAll, test } from 'vitest';
import { PASSES } from '../src/passes.ts';

const executor = createExecutor();
afterAll(() => executor.close());

test('any sequence of the passes, at any options, keeps the laws of passes', async () => {
  await checkPasses(PASSES, { executor });
});
