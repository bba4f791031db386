import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of a file, removed when they are done. */
export function temporaryFolder(): () => string {
  let path = '';
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'sentei-data-'));
  });
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return () => path;
}
