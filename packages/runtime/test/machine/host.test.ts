import { expect, test } from 'vitest';
import { runProgram, thisHost } from '../../src/machine/host.ts';
import { emptyFolder, hostWith, writeProgram } from '../support/host.ts';

test('this computer is described', () => {
  const { platform, arch, node } = thisHost();
  expect([platform, arch, node]).toEqual([process.platform, process.arch, process.versions.node]);
});

test('programs are run without a shell and with the given variables', async () => {
  const folder = await emptyFolder();
  await writeProgram(
    folder,
    'say',
    'console.log(process.argv[2], process.env.WORD); console.error("so"); process.exit(Number(process.argv[3] ?? 0))',
  );
  const host = hostWith(folder, { WORD: 'there' });
  expect(await host.run('say', ['$HOME; ls'])).toEqual({
    code: 0,
    stdout: '$HOME; ls there\n',
    stderr: 'so\n',
  });
  expect(await host.run('say', ['x', '3'])).toMatchObject({ code: 3 });
  expect(await host.run('none', [])).toBeUndefined();
});

test('a program that is killed has no code', async () => {
  const folder = await emptyFolder();
  await writeProgram(folder, 'die', 'process.kill(process.pid, "SIGKILL")');
  expect(await runProgram('die', [], { PATH: folder })).toMatchObject({ code: undefined });
});

test('files that cannot be read are undefined', async () => {
  expect(await thisHost().readText('/none/such')).toBeUndefined();
});
