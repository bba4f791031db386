import { checkPasses } from '@sentei/ir/testing';
import { test } from 'vitest';
import { ortExecutor } from '../../ir/test/support/ort-executor.ts';
import { PASSES } from '../src/passes.ts';

test('any sequence of the passes, at any options, keeps the laws of passes', async () => {
  await checkPasses(PASSES, { executor: ortExecutor });
});
