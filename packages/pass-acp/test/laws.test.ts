import { checkPass } from '@sentei/ir/testing';
import { test } from 'vitest';
import { ortExecutor } from '../../ir/test/support/ort-executor.ts';
import { acp } from '../src/index.ts';

test('acp keeps the laws of passes on models without forgetting attention: it leaves every byte', async () => {
  await checkPass(acp, { executor: ortExecutor, neutral: true, idempotent: true });
});
