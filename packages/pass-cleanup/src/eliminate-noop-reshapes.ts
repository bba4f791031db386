import { identityRule } from './eliminate-identities.ts';

/** Removes reshapes, expansions and paired squeezes that keep the shape, and lets reshapes in a row read the source. */
export const eliminateNoopReshapesRule = identityRule(
  'eliminate-noop-reshapes',
  'Removes reshapes, expansions and paired squeezes that keep the shape, and lets reshapes in a row read the source.',
  'Reshape',
  'Expand',
  'Squeeze',
  'Unsqueeze',
);
