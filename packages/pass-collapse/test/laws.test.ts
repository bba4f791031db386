import type { Judge } from '@sentei/ir';
import { checkPass } from '@sentei/ir/testing';
import { test } from 'vitest';
import { collapse } from '../src/index.ts';

/** Does not mind any loss, so that everything that can be removed is. */
const easy: Judge = { metric: { name: 'loss', lowerIsBetter: true }, measure: async () => 1 };

test('collapse keeps the laws of passes whatever it removes', async () => {
  await checkPass(collapse, { judge: easy });
});

test('without a judge it leaves every byte', async () => {
  await checkPass(collapse, { neutral: true, idempotent: true });
});
