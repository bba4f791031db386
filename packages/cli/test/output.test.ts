import { SenteiError } from '@sentei/ir';
import { expect, test } from 'vitest';
import { createOutput, errorLine, type OutputMode } from '../src/output.ts';
import { textStream } from './support/streams.ts';

function output(mode: OutputMode) {
  const [stdout, stderr] = [textStream(), textStream()];
  const made = createOutput({ stdout, stderr, now: () => 0 }, () => mode);
  return { ...made, stdout, stderr };
}

async function speak(mode: OutputMode) {
  const { during, print, stdout, stderr } = output(mode);
  const result = await during(async ({ step, warn }) => {
    step('measuring');
    warn('careful');
    return { share: 0.5 };
  });
  print(result, ({ share }, { good }) => `${good('pass')} ${share}\n`);
  return [stdout.text(), stderr.text()];
}

test('results go to stdout and the rest to stderr', async () => {
  expect(await speak({})).toEqual(['pass 0.5\n', 'measuring\nwarning: careful\n']);
});

test('quiet leaves the result', async () => {
  expect(await speak({ quiet: true })).toEqual(['pass 0.5\n', '']);
  expect(await speak({ quiet: true, json: true })).toEqual(['{\n  "share": 0.5\n}\n', '']);
});

test('as JSON the result is one document and the rest are lines', async () => {
  expect(await speak({ json: true })).toEqual([
    '{\n  "share": 0.5\n}\n',
    '{"event":"step","title":"measuring"}\n{"event":"warning","message":"careful"}\n',
  ]);
});

test('the bar goes away when the work throws', async () => {
  const stderr = textStream(true);
  const { during } = createOutput({ stdout: textStream(), stderr, now: () => 0 }, () => ({}));
  const failing = during(async (listener) => {
    listener.step('measuring');
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(stderr.text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(stderr.text().lastIndexOf('\u001b[?25l'));
});

test('an error is one line of JSON with its code, hint and subject', () => {
  const error = new SenteiError('file-missing', 'a does not exist', { subject: 'a', hint: 'check the path' });
  expect(JSON.parse(errorLine(error, 3))).toEqual({
    event: 'error',
    exitCode: 3,
    code: 'file-missing',
    message: 'a does not exist',
    hint: 'check the path',
    subject: 'a',
  });
  expect(JSON.parse(errorLine(new TypeError('x'), 1))).toMatchObject({ code: 'unexpected', subject: null });
});
