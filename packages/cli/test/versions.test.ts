import { expect, test } from 'vitest';
import { senteiVersion } from '../src/versions.ts';

test('the version is that of the package', () => {
  expect(senteiVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
