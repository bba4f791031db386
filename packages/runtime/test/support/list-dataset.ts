import type { Dataset, Example, Feeds, Label, Padding } from '@sentei/data';

/** An example of one set of inputs. */
export function example(inputs: Feeds | readonly Feeds[], label?: Label, source = 'row'): Example {
  return { source, hash: source, inputs: Array.isArray(inputs) ? inputs : [inputs as Feeds], label };
}

/** A dataset of examples in memory. */
export function listDataset(examples: readonly Example[], padding?: Padding): Dataset {
  return {
    name: 'list',
    size: examples.length,
    fingerprint: examples.map(({ hash }) => hash).join(),
    padding,
    async *read(from = 0, to = examples.length, signal) {
      for (const each of examples.slice(from, to)) {
        signal?.throwIfAborted();
        yield each;
      }
    },
  };
}
