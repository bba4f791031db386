import { expect, test } from 'vitest';
import { runSentei } from '../../src/program.ts';
import { sentei, textStream } from '../support/streams.ts';

test('the machine is described line by line, and the CPU works', async () => {
  const { code, stdout, stderr } = await sentei(['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^machine\n {2}ok {7}Node: 2\d\./);
  expect(stdout).toMatch(/\ncpu\n {2}ok {7}onnxruntime-node: /);
  expect(stdout).toContain('\n  ok       session: a small model runs\n');
  expect(stdout).toMatch(/\nexecution providers\n {2}ok {7}cpu\n/);
  expect(stderr).toContain('trying the CPU\n');
});

test('as JSON it is findings and providers', async () => {
  const { code, stdout } = await sentei(['doctor', '--json', '--quiet']);
  const { findings, providers } = JSON.parse(stdout);
  expect([code, providers.cpu]).toEqual([0, 'ok']);
  expect(findings[0]).toMatchObject({ group: 'machine', subject: 'Node', status: 'ok' });
});

test('nothing is downloaded without agreement', async () => {
  const isSupported = process.platform === 'linux' && process.arch === 'x64';
  const { code, stdout, stderr } = await sentei(['doctor', '--install-cuda']);
  expect([code, stdout]).toEqual([isSupported ? 2 : 7, '']);
  if (isSupported) expect(stderr).toMatch(/about \d+ MB.*add --yes to agree\nhint: see sentei --help/);
  const [out, err] = [textStream(), textStream()];
  const questions: string[] = [];
  const confirm = async (question: string) => {
    questions.push(question);
    return false;
  };
  const environment = { stdout: out, stderr: err, now: () => 0, confirm };
  expect(await runSentei(['doctor', '--install-cuda'], environment)).toBe(isSupported ? 130 : 7);
  if (isSupported) expect(questions).toEqual([expect.stringMatching(/^This .*\. Go on\?$/)]);
});

test('--yes alone is a mistake', async () => {
  expect(await sentei(['doctor', '--yes'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes agrees to --install-cuda'),
  });
});
