import { expect, test } from 'vitest';
import { commandWords, runCommand } from '../src/run-command.ts';

test('words are split at spaces, and the file put in its place or at the end', () => {
  expect(commandWords(`python3 "my check.py" --in={} 'a "b"' ''`, '/m $& .onnx')).toEqual([
    'python3',
    'my check.py',
    '--in=/m $& .onnx',
    'a "b"',
    '',
  ]);
  expect(commandWords('check', 'm.onnx')).toEqual(['check', 'm.onnx']);
  expect(() => commandWords(' ', 'm.onnx')).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});

test('a program that ends with 0 says yes, and no shell reads the words', async () => {
  const node = JSON.stringify(process.execPath);
  const isOpen = `${node} -e "process.exit(process.argv[1] === '$HOME;x' ? 0 : 3)" {}`;
  expect(await runCommand(isOpen, '$HOME;x')).toBe(true);
  expect(await runCommand(isOpen, 'y')).toBe(false);
  await expect(runCommand('no-such-program', 'x')).rejects.toMatchObject({ code: 'invalid-option' });
});

test('an interruption ends the program', async () => {
  const running = runCommand(
    `${JSON.stringify(process.execPath)} -e "setTimeout(() => {}, 60000)"`,
    'x',
    AbortSignal.timeout(300),
  );
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
