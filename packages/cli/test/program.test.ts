import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { runSentei } from '../src/program.ts';
import { byteModel, emptyFolder, listing, savedModel, savedText } from './support/models.ts';
import { sentei, textStream } from './support/streams.ts';

const TWO_LINES = /^sentei: [^\n]+\nhint: [^\n]+\n$/;

/** Runs `sentei prune` where it should fail: with code, two lines, and nothing left. */
async function pruneFails(model: string, ...flags: string[]) {
  const folder = await emptyFolder();
  const out = join(folder, 'new', 'out');
  const { code, stdout, stderr } = await sentei(['prune', model, '--out', out, ...flags]);
  const said = stderr.replace(/^(?!sentei:|hint:)[^\n]*\n/gm, '');
  expect([stdout, await listing(folder)]).toEqual(['', []]);
  expect(said).toMatch(TWO_LINES);
  return { code, message: said };
}

async function withFile(content: Uint8Array | string): Promise<string> {
  const path = join(await emptyFolder(), 'bad.onnx');
  await writeFile(path, content);
  return path;
}

async function modelBytes(change: (model: ReturnType<typeof byteModel>) => void = () => {}): Promise<Buffer> {
  const model = byteModel();
  change(model);
  return readFile(await savedModel(await emptyFolder(), model));
}

test.each([
  [
    'a file that is not there',
    async () => join(await emptyFolder(), 'none.onnx'),
    /none\.onnx does not exist/,
  ],
  ['a folder', emptyFolder, /is a folder/],
  ['a truncated file', async () => withFile((await modelBytes()).subarray(0, 9000)), /bad\.onnx/],
  [
    'random bytes',
    async () => withFile(Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)),
    /bad\.onnx/,
  ],
  ['an empty file', async () => withFile(''), /bad\.onnx/],
  [
    'opset 99',
    async () => withFile(await modelBytes((model) => model.opsetImports.set('', 99))),
    /bad\.onnx: opset 99 is out of range/,
  ],
  [
    'IR version 99',
    async () => withFile(await modelBytes((model) => Object.assign(model, { irVersion: 99 }))),
    /bad\.onnx: IR version 99 is out of range/,
  ],
  [
    'a graph that reads what nothing computes',
    async () =>
      withFile(
        await modelBytes(({ graph }) => {
          const [first] = graph.nodes();
          if (first) graph.remove(first);
        }),
      ),
    /the graph is invalid/,
  ],
])('%s ends with 3', async (_what, make, message) => {
  const found = await pruneFails(await make());
  expect([found.code, found.message]).toEqual([3, expect.stringMatching(message)]);
  const inspected = await sentei(['inspect', await make()]);
  expect([inspected.code, inspected.stdout]).toEqual([3, '']);
  expect(inspected.stderr).toMatch(TWO_LINES);
});

test.each([
  ['cleanup{', /a '\{' is not closed/],
  ['cleanup,,acp', /a pass is missing/],
  ['shrink', /there is no pass 'shrink'/],
  ['acp{size=3}', /pass acp has no option 'size'/],
  ['acp{epsilon=-1}', /option 'epsilon' of pass acp is invalid/],
])('the pipeline %s ends with 4', async (pipeline, message) => {
  const { code, message: said } = await pruneFails('unread.onnx', `--pipeline=${pipeline}`);
  expect([code, said]).toEqual([4, expect.stringMatching(message)]);
});

test('data that cannot be used ends with 5', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const text = await savedText(folder, 1000);
  for (const flags of [['--data=none.txt'], [`--data=${text}`], [`--data=${folder}`]]) {
    expect((await pruneFails(model, ...flags)).code).toBe(5);
  }
  const long = await savedText(folder, 9000);
  await link(long, join(folder, 'twin.txt'));
  const twins = [`--data=${long}`, `--heldout=${join(folder, 'twin.txt')}`];
  expect((await pruneFails(model, ...twins)).message).toContain('as data and as held-out data');
});

test('an output that cannot be written ends with 6', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  await mkdir(join(folder, 'own'));
  const own = join(folder, 'own', 'model.onnx');
  await writeModel(byteModel(), own);
  const before = await listing(folder);
  for (const [source, out, message] of [
    [model, model, 'is a file, not a folder'],
    [model, join(model, 'below', 'it'), 'cannot be made'],
    [own, join(folder, 'own'), 'is the model that is to be pruned'],
  ] as const) {
    const { code, stderr } = await sentei(['prune', source, '--out', out]);
    expect([code, stderr]).toEqual([6, expect.stringContaining(message)]);
    expect(stderr).toMatch(TWO_LINES);
  }
  expect(await listing(folder)).toEqual(before);
});

test.each([
  [['prune'], /missing required argument|required option/],
  [['prune', 'a.onnx'], /required option '--out <folder>' not specified/],
  [['prune', 'a.onnx', '--out', 'x', '--threads', '0'], /whole number from 1 to 1024/],
  [['prune', 'a.onnx', '--out', 'x', '--max-drop', 'much'], /number of at least 0/],
  [['prune', 'a.onnx', '--out', 'x', '--validation', 'some'], /Allowed choices are full, short, none/],
  [['prune', 'a.onnx', '--out', 'x', '--heldout', 'y'], /--heldout needs a text as --data/],
  [['prune', 'a.onnx', '--out', 'x', '--fast'], /unknown option '--fast'/],
  [['prune', 'a.onnx', 'b.onnx', '--out', 'x'], /too many arguments/],
  [['shrink'], /unknown command 'shrink'/],
])('the wrong usage %j ends with 2', async (args, message) => {
  const { code, stdout, stderr } = await sentei(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(TWO_LINES);
  expect(stderr).toMatch(message);
});

test('help and version end with 0, no command at all with 2', async () => {
  const help = await sentei(['prune', '--help']);
  expect([help.code, help.stderr]).toEqual([0, '']);
  for (const part of ['--pipeline <text>', 'Exit codes:', '130  interrupted'])
    expect(help.stdout).toContain(part);
  expect(await sentei(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  expect(await sentei([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: sentei') });
});

test('an interruption ends with 130 and leaves nothing', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const out = join(folder, 'out');
  const { code, stderr } = await sentei(['prune', model, '--out', out], AbortSignal.timeout(700));
  expect([code, await listing(folder)]).toEqual([130, ['tiny.onnx']]);
  expect(stderr).toContain('sentei: interrupted\nhint: nothing was written\n');
});

test('a defect ends with 1 and a trace on demand', async () => {
  const broken = { ...textStream(), write: () => expect.unreachable('a defect') };
  const model = await savedModel(await emptyFolder());
  const stderr = textStream();
  const args = ['inspect', model];
  const code = await runSentei(args, { stdout: broken, stderr, trace: true, now: () => 0 });
  expect(code).toBe(1);
  expect(stderr.text()).toMatch(/^sentei: unexpected: .*\nhint: this is a defect .*\n.*\n {4}at /);
});

test('--json and --quiet stand before or after any command', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  for (const args of [
    ['--json', 'inspect', model],
    ['inspect', model, '--json'],
    ['inspect', '--quiet', '--json', model],
  ]) {
    const { code, stdout, stderr } = await sentei(args);
    expect([code, JSON.parse(stdout).path, stderr]).toEqual([0, model, '']);
  }
  const { stdout } = await sentei(['diff', model, model, '--json']);
  expect(JSON.parse(stdout)).toEqual({ before: model, after: model, equal: true, diff: '' });
});

test('with --json a run is one document, with lines of JSON about it', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const flags = ['--pipeline=cleanup', '--validation=none', '--json'];
  const run = (out: string, ...more: string[]) =>
    sentei(['prune', model, `--out=${join(folder, out)}`, ...flags, ...more]);
  const { code, stdout, stderr } = await run('a');
  expect([code, JSON.parse(stdout).result.path]).toEqual([0, join(folder, 'a', 'model.onnx')]);
  const events = stderr.trimEnd().split('\n');
  expect(new Set(events.map((line) => JSON.parse(line).event))).toEqual(new Set(['step', 'warning']));
  expect((await run('b', '--quiet')).stderr).toBe('');
});

test.each([
  [['inspect', 'none.onnx'], { exitCode: 3, code: 'file-missing', hint: 'check the path' }],
  [['inspect'], { exitCode: 2, code: 'invalid-option', subject: null }],
  [
    ['prune', 'a.onnx', '--out=x', '--print-changes=-'],
    { exitCode: 2, message: expect.stringContaining('name a folder') },
  ],
])('with --json the error of %j is one line of JSON', async (args, expected) => {
  const { code, stdout, stderr } = await sentei(['--json', ...args]);
  expect([code, stdout]).toEqual([expected.exitCode, '']);
  expect(JSON.parse(stderr)).toMatchObject({ event: 'error', ...expected });
});

test('with --quiet an error is still said', async () => {
  const { code, stderr } = await sentei(['--quiet', 'inspect', 'none.onnx']);
  expect([code, stderr]).toEqual([3, 'sentei: none.onnx does not exist\nhint: check the path\n']);
});

test('the help of every command names the modes', async () => {
  const { stdout } = await sentei(['inspect', '--help']);
  expect(stdout).toContain('--quiet');
  expect(stdout).toContain('--json');
});
