import { stat } from 'node:fs/promises';
import { SenteiError } from '@sentei/ir';

/**
 * Sees to it that a result never takes the place of what it is made from, by whatever paths the two are named.
 *
 * @throws SenteiError `output-unwritable`
 */
export async function refuseOverwriting(
  target: string | undefined,
  sources: readonly (string | undefined)[],
): Promise<void> {
  const written = target === undefined ? undefined : await found(target);
  if (target === undefined || written === undefined) return;
  for (const source of sources) {
    const read = source === undefined ? undefined : await found(source);
    if (read === undefined || read.dev !== written.dev || read.ino !== written.ino) continue;
    throw new SenteiError('output-unwritable', `${target} is one of the files that are read`, {
      subject: target,
      hint: 'name another file with --out',
    });
  }
}

function found(path: string) {
  return stat(path).catch(() => undefined);
}
