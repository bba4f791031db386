import { rmdirSync, rmSync } from 'node:fs';

interface Unfinished {
  readonly path: string;
  /** A folder that may have got content that is not ours. */
  readonly ifEmpty: boolean;
}

const unfinished = new Set<Unfinished>();
let isWatching = false;

/**
 * Has a file or folder removed when the process ends before the code that would do it has run: by `process.exit` in answer to
 * a second signal, or by an error that nobody caught. It need not be there yet. What was named last goes first.
 *
 * @param ifEmpty leaves a folder alone that has anything in it
 * @returns forgets the path, once it has been removed or is finished
 */
export function removeAtExit(path: string, { ifEmpty = false } = {}): () => void {
  if (!isWatching) process.once('exit', removeUnfinished);
  isWatching = true;
  const entry = { path, ifEmpty };
  unfinished.add(entry);
  return () => void unfinished.delete(entry);
}

function removeUnfinished(): void {
  for (const { path, ifEmpty } of [...unfinished].reverse()) {
    try {
      if (ifEmpty) rmdirSync(path);
      else rmSync(path, { recursive: true, force: true });
    } catch {
      // Nobody is left to be told, and the other paths still have to go.
    }
  }
}
