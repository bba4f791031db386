import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import { verifyAudit } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { withAudit } from '../../src/audit/with-audit.ts';
import { emptyFolder, listing } from '../support/models.ts';

const options = { maxDrop: 0.01 };

test('a run is written down with its beginning, what it says and its end', async () => {
  const path = join(await emptyFolder(), 'audit.jsonl');
  const result = await withAudit({ path, command: 'prune', options }, async (audit) => {
    audit.append('verdict', { outcome: 'pass' });
    return 7;
  });
  expect(result).toBe(7);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      event: 'run-started',
      command: 'prune',
      options,
      versions: {
        node: process.versions.node,
        onnxruntimeNode: expect.any(String),
        sentei: expect.any(String),
      },
    },
    { event: 'verdict', outcome: 'pass' },
    { event: 'run-finished' },
  ]);
  expect((await verifyAudit(path)).runs).toMatchObject([{ outcome: 'done', verdict: 'pass' }]);
});

test('a failure is written down too and passed on', async () => {
  const path = join(await emptyFolder(), 'audit.jsonl');
  const failing = withAudit({ path, command: 'prune', options }, async () => {
    throw new SenteiError('cancelled', 'interrupted');
  });
  await expect(failing).rejects.toMatchObject({ code: 'cancelled' });
  expect(JSON.parse((await readFile(path, 'utf8')).trimEnd().split('\n')[1] ?? '')).toMatchObject({
    event: 'run-failed',
    code: 'cancelled',
    message: 'interrupted',
  });
});

test('whoever interrupts a run is told of the log', async () => {
  const path = join(await emptyFolder(), 'audit.jsonl');
  const interruption = new AbortController();
  const failing = withAudit({ path, command: 'prune', options, signal: interruption.signal }, async () => {
    interruption.abort();
    throw new SenteiError('runtime-failed', 'the process ended');
  });
  await expect(failing).rejects.toMatchObject({ code: 'cancelled', hint: `nothing was written but ${path}` });
});

test('without a path there is no file', async () => {
  const folder = await emptyFolder();
  await withAudit({ path: undefined, command: 'prune', options }, async ({ append }) => append('verdict'));
  expect(await listing(folder)).toEqual([]);
});
