import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import { hashIdentity, type Identity, type Range, type Statistics } from './statistics.ts';
import { readStatistics, writeStatistics } from './statistics-file.ts';

/** Keeps statistics in a folder under a name made from their contents: model, data, taps, options, versions and blocks. */
export class StatisticsCache {
  readonly #path: string;
  readonly #identity: Identity;
  readonly #range: Range;

  /** @param range the blocks that are to be covered in the end */
  constructor(folder: string, identity: Identity, range: Range) {
    const key = hashIdentity(identity).slice(0, 40);
    this.#path = join(folder, `${key}-${range.join('-')}.stats`);
    this.#identity = identity;
    this.#range = range;
  }

  /**
   * What an earlier run has kept, complete or not. A file that is damaged, or of something else, is not believed.
   *
   * @param onWarning hears of such a file
   */
  async load(onWarning: (message: string) => void): Promise<Statistics | undefined> {
    try {
      const found = await readStatistics(this.#path);
      const isOther = hashIdentity(found.identity) !== hashIdentity(this.#identity);
      const [from, to] = this.#range;
      const isBeyond =
        found.covered.length > 1 || found.covered.some((each) => each[0] !== from || each[1] > to);
      if (!isOther && !isBeyond) return found;
      onWarning(`${this.#path} holds other statistics than its name says; it is computed again`);
    } catch (error) {
      if (!(error instanceof SenteiError)) throw error;
      if (error.code !== 'file-missing') onWarning(`${error.message}; it is computed again`);
    }
    return undefined;
  }

  /** @throws SenteiError `output-unwritable` */
  save(statistics: Statistics): Promise<void> {
    return writeStatistics(statistics, this.#path);
  }
}
