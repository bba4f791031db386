import { hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset, rowsOf } from '../dataset/row-dataset.ts';
import type { Change, Dataset, Row } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';

/**
 * A dataset whose rows are changed before they are made into tensors. Rows, labels, their order and their hashes stay
 * the same, so that figures of both can be compared row by row.
 *
 * @param name of the shift and its options, part of the fingerprint
 * @param changeOf what is done to one row; called once for every example, so that it may keep state
 * @throws (from reading) SenteiError `invalid-data` when a row has nothing that the shift can change
 */
export function shifted(dataset: Dataset, name: string, changeOf: (row: Row) => Change): RowDataset {
  return rowDataset({
    name: `${dataset.name}, ${name}`,
    size: dataset.size,
    fingerprint: hashParts(['shift', name, dataset.fingerprint]),
    padding: dataset.padding,
    async *rows(from, to, signal) {
      for await (const row of rowsOf(dataset, from, to, signal)) {
        yield {
          source: row.source,
          hash: row.hash,
          async example(then?: Change) {
            const { change, isUsed } = watched(changeOf(row));
            const example = await row.example(then ? inOrder(change, then) : change);
            if (isUsed()) return example;
            throw invalidData(
              row.source,
              `has nothing that a shift by ${name} can change`,
              'shifts are for text, bytes, tokens made from text, and floating-point inputs',
            );
          },
        };
      }
    },
  });
}

/** One change after another one. */
function inOrder(first: Change, second: Change): Change {
  return {
    text: (text) => chain(first.text, second.text, text),
    bytes: (bytes) => chain(first.bytes, second.bytes, bytes),
    tokens(tokens, vocabulary) {
      const once = first.tokens?.(tokens, vocabulary) ?? tokens;
      return second.tokens?.(once, vocabulary) ?? once;
    },
    floats: (elements) => chain(first.floats, second.floats, elements),
  };
}

function chain<Each>(
  first: ((each: Each) => Each) | undefined,
  second: ((each: Each) => Each) | undefined,
  each: Each,
): Each {
  const once = first?.(each) ?? each;
  return second?.(once) ?? once;
}

/** A change that tells whether any of it was called. */
function watched(change: Change): { change: Change; isUsed: () => boolean } {
  let used = false;
  const watch = <Rest extends unknown[], Result>(
    call: ((...rest: Rest) => Result) | undefined,
  ): ((...rest: Rest) => Result) | undefined =>
    call &&
    ((...rest) => {
      used = true;
      return call(...rest);
    });
  const { text, bytes, tokens, floats } = change;
  const watchedCalls = {
    text: watch(text),
    bytes: watch(bytes),
    tokens: watch(tokens),
    floats: watch(floats),
  };
  return {
    change: Object.fromEntries(Object.entries(watchedCalls).filter(([, call]) => call)),
    isUsed: () => used,
  };
}
