import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { unreadable } from '../files/data-file.ts';
import { invalidData } from '../invalid-data.ts';
import { type Card, cardSchema } from './schema.ts';

const LARGEST = 2 ** 20;

/** @throws SenteiError `invalid-data` naming each key at fault, unknown ones too */
export async function readCard(path: string): Promise<Card> {
  const { size } = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (size > LARGEST) throw invalidData(path, `is larger than ${LARGEST} bytes, it is no dataset card`);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw unreadable(path, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalidData(
      path,
      `is not JSON (${cause instanceof Error ? cause.message : cause})`,
      undefined,
      cause,
    );
  }
  const result = cardSchema.safeParse(json);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => describe(issue, []));
  throw invalidData(
    path,
    faults.join('; '),
    'the README of @sentei/data lists what a card may say',
    result.error,
  );
}

/** A fault with the keys to it; of several forms that a value may have, those of the form that it comes closest to. */
function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] {
  const keys = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const [closest = []] = [...issue.errors].sort((a, b) => a.length - b.length);
    return closest.flatMap((inner) => describe(inner, keys));
  }
  return [keys.length > 0 ? `${keys.join('.')}: ${issue.message}` : issue.message];
}

/**
 * The place of a file that a card names.
 *
 * @throws SenteiError `invalid-data` when it is missing, or outside of the card's folder, by a symbolic link too
 */
export async function placeBeside(card: string, path: string): Promise<string> {
  const folder = dirname(resolve(card));
  const outside = (): Error =>
    invalidData(card, `names '${path}', which is outside of the card's folder`, 'move it beside the card');
  if (isAbsolute(path) || isOutside(folder, resolve(folder, path))) throw outside();
  const place = resolve(folder, path);
  const [realFolder, realPlace] = await Promise.all([realpath(folder), realpath(place)]).catch((cause) => {
    throw unreadable(place, cause);
  });
  if (isOutside(realFolder, realPlace)) throw outside();
  return place;
}

function isOutside(folder: string, place: string): boolean {
  const way = relative(folder, place);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
