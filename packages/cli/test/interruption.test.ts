import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CAN_LIST, lastingProcesses, markedProcesses } from './support/marked-processes.ts';
import { emptyFolder, listing, savedModel, savedText } from './support/models.ts';
import { sentei } from './support/streams.ts';

const BIN = fileURLToPath(new URL('../bin/sentei.js', import.meta.url));
/** Milliseconds after its first words at which a run is interrupted, at random below this. */
const LATEST = 2500;

interface Run {
  readonly child: ChildProcess;
  readonly folder: string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  /** What is left of it: processes, and files other than the inputs. */
  readonly left: () => Promise<readonly [string[], string[]]>;
}

type Words = (folder: string, model: string, text: string) => readonly string[];

const JOBS: readonly (readonly [string, Words])[] = [
  ['prune', (folder, model, text) => ['prune', model, '--out', join(folder, 'new', 'out'), '--data', text]],
  ['benchmark', (folder, model) => ['benchmark', model, model, '--out', join(folder, 'new', 'record.json')]],
];

/** Starts a job that takes longer than it will be given, in a process group of its own. */
async function start(words: Words): Promise<Run> {
  const folder = await emptyFolder();
  const [model, text] = [await savedModel(folder), await savedText(folder)];
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const child = spawn(process.execPath, [BIN, ...words(folder, model, text)], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary, SENTEI_TEST_MARK: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const first = new Promise((resolve) => child.stderr?.once('data', resolve));
  child.stderr?.resume();
  await first;
  await wait(Math.random() * LATEST);
  const inputs = ['text.txt', 'tiny.onnx', 'tmp'];
  const left = async () => {
    const files = (await listing(folder)).filter((name) => !inputs.includes(name));
    return [await lastingProcesses(folder), files] as const;
  };
  return { child, folder, ended, left };
}

type Ways = Readonly<Record<string, (child: ChildProcess) => void | Promise<void>>>;

const group = (child: ChildProcess, signal: NodeJS.Signals) => {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
};

const WAYS: Ways = {
  'an interrupt': (child) => void child.kill('SIGINT'),
  'a request to end': (child) => void child.kill('SIGTERM'),
  'a closed terminal': (child) => void child.kill('SIGHUP'),
  'Ctrl-C, which the whole group hears': (child) => group(child, 'SIGINT'),
  'two interrupts': async (child) => {
    child.kill('SIGINT');
    await wait(Math.random() * 60);
    child.kill('SIGINT');
  },
  'two different signals to the group': async (child) => {
    group(child, 'SIGINT');
    await wait(Math.random() * 60);
    if (child.exitCode === null && child.signalCode === null) group(child, 'SIGTERM');
  },
};

describe.skipIf(!CAN_LIST)('where /proc tells of processes', () => {
  for (const [job, words] of JOBS) {
    test.each(Object.entries(WAYS))(
      `%s leaves no process and no file of ${job}`,
      async (_what, interrupt) => {
        const { child, folder, ended, left } = await start(words);
        expect((await markedProcesses(folder)).length).toBeGreaterThan(0);
        await interrupt(child);
        // A signal that comes while Node takes itself down ends it in the usual way.
        expect([130, 'SIGINT', 'SIGTERM']).toContain(await ended);
        expect(await left()).toEqual([[], []]);
      },
    );
  }

  test('workers do not outlive a command that is killed', async () => {
    for (const [, words] of JOBS) {
      const { child, ended, left } = await start(words);
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      const [processes] = await left();
      expect(processes).toEqual([]);
    }
  });

  test('the next run removes what a killed one left', async () => {
    const [, words] = JOBS[0] ?? ['', () => []];
    const { child, folder, ended } = await start(words);
    child.kill('SIGKILL');
    await ended;
    const out = join(folder, 'new', 'out');
    const model = join(folder, 'tiny.onnx');
    const { code } = await sentei([
      'prune',
      model,
      '--out',
      out,
      '--pipeline',
      'cleanup',
      '--validation',
      'none',
    ]);
    expect([code, (await listing(out)).filter((name) => name.startsWith('.'))]).toEqual([0, []]);
  });
});
