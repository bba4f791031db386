import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AuditLog, hashLine } from '../../src/audit/audit-log.ts';
import { NO_LINE } from '../../src/audit/types.ts';

const RUN = '11111111-2222-4333-8444-555555555555';
const now = () => new Date('2030-01-02T03:04:05.678Z');

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('lines are whole as soon as they are written, and each has the hash of the one before', async () => {
  const path = join(await emptyFolder(), 'logs', 'audit.jsonl');
  const log = await AuditLog.open(path, { run: RUN, now });
  log.append('run-started', { command: 'prune', run: 'not this', limit: Number.POSITIVE_INFINITY, big: 3n });
  const [first = ''] = (await readFile(path, 'utf8')).split('\n');
  expect(JSON.parse(first)).toEqual({
    version: 1,
    previous: NO_LINE,
    time: '2030-01-02T03:04:05.678Z',
    run: RUN,
    event: 'run-started',
    command: 'prune',
    limit: 'Infinity',
    big: '3',
  });
  log.append('run-finished');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).previous)).toEqual([NO_LINE, hashLine(first)]);
  expect(log.lastHash).toBe(hashLine(lines[1] ?? ''));
  log.close();
  log.close();
});

test('a later run goes on where the last one ended', async () => {
  const path = join(await emptyFolder(), 'audit.jsonl');
  {
    using log = await AuditLog.open(path);
    log.append('run-started', { command: 'ein Wort: größer' });
  }
  using log = await AuditLog.open(path);
  const [first = ''] = (await readFile(path, 'utf8')).split('\n');
  expect(log.lastHash).toBe(hashLine(first));
  log.append('run-started');
  expect((await readFile(path, 'utf8')).startsWith(`${first}\n{`)).toBe(true);
});

test('what is no log, or ends in the middle of a line, is not written to', async () => {
  const folder = await emptyFolder();
  const path = join(folder, 'notes.txt');
  for (const content of ['some notes\n', '{"version":1}']) {
    await writeFile(path, content);
    await expect(AuditLog.open(path)).rejects.toMatchObject({ code: 'audit-broken', subject: path });
    expect(await readFile(path, 'utf8')).toBe(content);
  }
  await expect(AuditLog.open(folder)).rejects.toMatchObject({ code: 'output-unwritable' });
});

test('two runs do not write to one log at the same time', async () => {
  const path = join(await emptyFolder(), 'audit.jsonl');
  using log = await AuditLog.open(path);
  log.append('run-started');
  await appendFile(path, '{"someone":"else"}\n');
  expect(() => log.append('run-finished')).toThrow(
    expect.objectContaining({
      code: 'output-unwritable',
      message: expect.stringContaining('something else'),
    }),
  );
});
