import { checkPass } from '@sentei/ir/testing';
import { createExecutor } from '@sentei/runtime';
import { afterAll, test } from 'vitest';
import { acp } from '../src/index.ts';

const executor = createExecutor();
afterAll(() => executor.close());

test('acp keeps the laws of passes on models without forgetting attention: it leaves every byte', async () => {
  await checkPass(acp, { executor, neutral: true, idempotent: true });
});
