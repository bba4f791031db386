import { readFile } from 'node:fs/promises';
import { parseOptions, SenteiError, type Tap } from '@sentei/ir';
import { plannedTaps } from '@sentei/runtime';

/**
 * Reads taps from a JSON file: a list, or an object with a list called `taps`.
 *
 * @throws SenteiError `invalid-option` when it cannot be read, is no JSON, or has a wrong field, naming file and field
 */
export async function readTaps(path: string): Promise<readonly Tap[]> {
  const content = await readJson(path);
  try {
    return parseOptions(plannedTaps, isWrapped(content) ? content.taps : content);
  } catch (cause) {
    if (!(cause instanceof SenteiError)) throw cause;
    throw invalid(
      path,
      cause.message,
      'as in [{"value": "hidden", "moments": "feature", "gram": true}]',
      cause,
    );
  }
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(
      path,
      `cannot be read (${cause instanceof Error ? cause.message : cause})`,
      'check the path',
      cause,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, 'is no JSON', 'write a list of taps as JSON', cause);
  }
}

function isWrapped(content: unknown): content is { readonly taps: unknown } {
  return typeof content === 'object' && content !== null && Object.keys(content).join() === 'taps';
}

function invalid(path: string, fault: string, hint: string, cause: unknown): SenteiError {
  return new SenteiError('invalid-option', `taps ${path}: ${fault}`, { subject: path, hint, cause });
}
