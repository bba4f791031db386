import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryProvider } from '../../src/doctor/try-provider.ts';
import { emptyFolder } from '../support/host.ts';
import { isGoneSoon } from '../support/processes.ts';

async function probe(code: string): Promise<string> {
  const path = join(await emptyFolder(), 'probe.mjs');
  await writeFile(path, code);
  return path;
}

test('an error is told with what was logged about it', async () => {
  const code = `
    process.stderr.write('\\u001b[1;31m2026-11-25 [E:onnxruntime:x, bridge.cc:2146] /src/bridge.cc:1988 Provider& Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library x.so with error: libcublasLt.so.13: cannot open\\n\\u001b[m');
    process.send({ works: false, message: 'Failed to load shared library' });
    process.disconnect();
  `;
  expect(await tryProvider('cuda', { probe: await probe(code) })).toEqual({
    works: false,
    reason:
      'Failed to load shared library: Failed to load library x.so with error: libcublasLt.so.13: cannot open',
  });
});

test('the place of a failed check is left out', async () => {
  const message =
    '/src/webgpu_context.cc:136 Initialize(const Config&)::<lambda()> adapter.status == Status::Success was false. No supported adapters';
  const code = `process.send({ works: false, message: ${JSON.stringify(message)} }); process.disconnect();`;
  expect(await tryProvider('webgpu', { probe: await probe(code) })).toEqual({
    works: false,
    reason: 'No supported adapters',
  });
});

test('a probe that hangs is killed', async () => {
  const code = "process.stderr.write('pid ' + process.pid); for (;;);";
  const trial = await tryProvider('cuda', { probe: await probe(code), timeoutMs: 1000 });
  expect(trial).toMatchObject({
    works: false,
    reason: expect.stringMatching(/^no answer within 1000 ms: pid \d+$/),
  });
  const id = /pid (\d+)/.exec(trial.works ? '' : trial.reason)?.[1];
  expect(await isGoneSoon(Number(id))).toBe(true);
});

test.each([
  ['crashes', 'process.kill(process.pid, "SIGSEGV")', 'the process ended (SIGSEGV)'],
  ['ends without a word', '', 'the process ended (exit code 0)'],
])('a probe that %s is reported', async (_what, code, reason) => {
  expect(await tryProvider('cuda', { probe: await probe(code) })).toEqual({ works: false, reason });
});

test('a signal ends it', async () => {
  const hanging = await probe('setInterval(() => {}, 1000)');
  const trial = tryProvider('cuda', { probe: hanging, signal: AbortSignal.timeout(300) });
  expect(await trial).toEqual({ works: false, reason: 'cancelled' });
  expect(await tryProvider('cpu', { signal: AbortSignal.abort() })).toEqual({
    works: false,
    reason: 'cancelled',
  });
});
