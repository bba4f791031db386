import { expect, test } from 'vitest';
import { tryProvider } from '../../src/doctor/try-provider.ts';

test('the CPU runs the model', async () => {
  expect(await tryProvider('cpu')).toEqual({ works: true });
});

test('a provider that does not exist is refused in the words of the binding', async () => {
  const trial = await tryProvider('abacus');
  expect(trial).toMatchObject({ works: false, reason: expect.stringContaining('abacus') });
});
