import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';

async function savedLog(): Promise<{ readonly path: string; readonly lines: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'audit.jsonl');
  for (const command of ['prune', 'validate']) {
    using log = await AuditLog.open(path);
    log.append('run-started', { command });
    log.append('patch-applied', { name: 'block 3', scores: { drop: 0.001 } });
    log.append('verdict', { outcome: 'pass' });
    if (command === 'prune') log.append('run-finished');
  }
  return { path, lines: (await readFile(path, 'utf8')).trimEnd().split('\n') };
}

test('an untouched log is summed up by run', async () => {
  const { path } = await savedLog();
  const { lines, lastHash, runs } = await verifyAudit(path);
  expect([lines, lastHash]).toEqual([7, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(runs).toMatchObject([
    { command: 'prune', outcome: 'done', verdict: 'pass', events: { 'patch-applied': 1, verdict: 1 } },
    { command: 'validate', outcome: 'unfinished', finishedAt: null },
  ]);
});

test('an empty log has no lines', async () => {
  const { path } = await savedLog();
  await writeFile(path, '');
  expect(await verifyAudit(path)).toEqual({ lines: 0, lastHash: '0'.repeat(64), runs: [] });
});

test('any change but cutting lines off the end is noticed at the line after it', async () => {
  const { path, lines } = await savedLog();
  const index = fc.nat(lines.length - 2);
  const change = fc.constantFrom('edit', 'remove', 'repeat', 'swap', 'cut');
  await fc.assert(
    fc.asyncProperty(index, change, async (at, kind) => {
      const text = lines[at] ?? '';
      const after = [...lines];
      if (kind === 'edit') after[at] = text.replace('"event"', ' "event"');
      if (kind === 'remove') after.splice(at, 1);
      if (kind === 'repeat') after.splice(at, 0, text);
      if (kind === 'swap') after.splice(at, 2, lines[at + 1] ?? '', text);
      const whole = `${after.join('\n')}\n`;
      await writeFile(path, kind === 'cut' ? whole.slice(0, -5) : whole);
      await expect(verifyAudit(path)).rejects.toMatchObject({ code: 'audit-broken' });
    }),
    { numRuns: 40 },
  );
});

test('what is no log is said so, by line', async () => {
  const { path, lines } = await savedLog();
  const check = async (content: string) => {
    await writeFile(path, content);
    return verifyAudit(path).catch((error: Error) => error.message.replace(path, 'log'));
  };
  expect(await check('hello\n')).toBe('log: line 1 is no JSON');
  expect(await check('{"version":2}\n')).toBe(
    'log: line 1 is none of version 1 of a log: version, previous, time, run, event',
  );
  expect(await check(`${lines[0]}\n${lines[2]}\n`)).toContain('line 2 does not follow from line 1');
  expect(await check(`${lines[1]}\n`)).toContain('line 1 does not follow from nothing');
  await expect(verifyAudit(`${path}.missing`)).rejects.toMatchObject({ code: 'file-missing' });
});
