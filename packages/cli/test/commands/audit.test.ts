import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, listing, savedModel, savedText } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

async function pruned(more: readonly string[] = []) {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedText(folder)];
  const [out, audit] = [join(folder, 'out'), join(folder, 'logs', 'audit.jsonl')];
  const flags = [`--out=${out}`, `--data=${data}`, `--audit=${audit}`, '--validation=short', '--threads=1'];
  return { folder, out, audit, run: await sentei(['prune', model, ...flags, ...more]) };
}

const eventsOf = async (audit: string): Promise<Record<string, unknown>[]> =>
  (await readFile(audit, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('prune writes down what it decides, and audit checks and lists it', async () => {
  const { audit, run, out } = await pruned();
  expect(run).toMatchObject({ code: 0 });
  const lines = await eventsOf(audit);
  expect(lines[0]).toMatchObject({ event: 'run-started', command: 'prune', options: { maxDrop: 0.01 } });
  expect(lines.find(({ event }) => event === 'model-read')).toMatchObject({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(lines.find(({ event }) => event === 'criterion')).toMatchObject({
    name: 'maxDrop',
    outcome: 'pass',
  });
  const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'));
  const decided = report.passes.flatMap(({ patches }: { patches: { decision: string }[] }) => patches);
  expect(lines.filter(({ event }) => /^patch-(applied|reverted|refused)$/.test(String(event)))).toHaveLength(
    decided.length,
  );
  expect(lines.at(-2)).toMatchObject({ event: 'file-written', sha256: report.result.sha256 });

  const checked = await sentei(['audit', audit]);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('each follows from the one before');
  for (const line of checked.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(JSON.parse((await sentei(['audit', audit, '--json'])).stdout).runs).toMatchObject([
    { command: 'prune', outcome: 'done', verdict: 'pass' },
  ]);
});

test('a run that breaks the budget leaves its log and nothing else', async () => {
  const { audit, run, folder } = await pruned([
    '--max-drop=0',
    '--pipeline=cleanup',
    '--heldout=missing.txt',
  ]);
  expect(run.code).toBe(5);
  expect((await eventsOf(audit)).map(({ event }) => event)).toEqual(['run-started', 'run-failed']);
  expect(await listing(folder)).toEqual(['logs', 'logs/audit.jsonl', 'text.txt', 'tiny.onnx']);
});

test('a changed log ends with 10', async () => {
  const { audit } = await pruned(['--pipeline=cleanup']);
  const text = await readFile(audit, 'utf8');
  await writeFile(audit, text.replace('"maxDrop":0.01', '"maxDrop":0.02'));
  expect(await sentei(['audit', audit])).toMatchObject({
    code: 10,
    stdout: '',
    stderr: expect.stringContaining('line 2 does not follow from line 1'),
  });
});
