import { expect, test } from 'vitest';
import { wrongFiles } from '../consumer/pack.mjs';

const WHOLE = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'];

test('a tarball has its licence, README and built files, and nothing of the workshop', () => {
  expect(wrongFiles([...WHOLE, 'dist/testing/index.js', 'src/testing/laws.ts'])).toEqual([]);
  expect(wrongFiles(WHOLE.slice(1))).toEqual(['LICENSE is missing']);
  for (const file of [
    'test/a.ts',
    'dist/a.test.js',
    'dist/.tsbuildinfo',
    'tsconfig.json',
    'node_modules/a/b.js',
  ]) {
    expect(wrongFiles([...WHOLE, file])).toEqual([`${file} does not belong`]);
  }
});
