import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Instrument, type Model, printChanges, SenteiError, writeFileWhole } from '@sentei/ir';
import { oneLine } from '@sentei/report';
import type { TextStream } from './progress.ts';

/**
 * Writes the text of the model after each patch that changes it, and that of the model before the first one: to files
 * `0000-original.txt`, `0001-<place>-<pass>.txt` and so on in a new folder, or to the stream with a heading for each when the
 * folder is `-`. What was written stays when the pipeline fails: that is what it is for.
 *
 * @throws SenteiError `output-unwritable` when the folder exists or cannot be made
 */
export async function writeChanges(
  folder: string,
  print: (model: Model) => string,
  stdout: TextStream,
): Promise<Instrument> {
  const write = folder === '-' ? toStream(stdout) : await toFolder(folder);
  let isFirst = true;
  return printChanges(print, async ({ number, place, pass, patch, before, after }) => {
    if (isFirst) await write('0000-original', 'the model as it was', before);
    isFirst = false;
    const name = `${String(number).padStart(4, '0')}-${place}-${pass.replaceAll(/[^A-Za-z0-9-]/g, '-')}`;
    await write(name, `patch ${number} '${patch}' of pass ${pass} at ${place}`, after);
  });
}

type Write = (name: string, heading: string, text: string) => void | Promise<void>;

function toStream(stdout: TextStream): Write {
  return (_name, heading, text) => void stdout.write(`# ${oneLine(heading)}\n${text}`);
}

async function toFolder(folder: string): Promise<Write> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new SenteiError('output-unwritable', `${folder} cannot be made (${code})`, {
      subject: folder,
      hint: 'name a new folder in one that exists with --print-changes',
      cause,
    });
  }
  return (name, _heading, text) => writeFileWhole(join(folder, `${name}.txt`), text);
}
