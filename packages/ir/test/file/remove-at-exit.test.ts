import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

test('what is unfinished goes when the process exits, what is finished stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-exit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['half', 'whole', 'made', 'used']) await mkdir(join(folder, name));
  for (const name of ['half', 'used']) await writeFile(join(folder, name, 'part'), 'x');
  const program = `
    const { removeAtExit } = await import('@sentei/ir');
    removeAtExit(${JSON.stringify(join(folder, 'made'))}, { ifEmpty: true });
    removeAtExit(${JSON.stringify(join(folder, 'used'))}, { ifEmpty: true });
    removeAtExit(${JSON.stringify(join(folder, 'half'))});
    removeAtExit(${JSON.stringify(join(folder, 'never'))});
    removeAtExit(${JSON.stringify(join(folder, 'whole'))})();
    process.exit(3);
  `;
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: PACKAGE,
  });
  await expect(running).rejects.toMatchObject({ code: 3 });
  expect((await readdir(folder)).sort()).toEqual(['used', 'whole']);
});
