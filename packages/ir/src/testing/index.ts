export { type CheckOptions, checkPass, checkPasses } from './check-pass.ts';
export { checkRoundTrip } from './check-round-trip.ts';
export { describeModel } from './describe-model.ts';
export { type Feeds, feedsFor, makeFeeds } from './feeds.ts';
export { BrokenLaw, type Law } from './laws.ts';
export { modelBytes } from './model-bytes.ts';
export { passOf, passSequence } from './pass-sequence.ts';
export { type ValidModelOptions, validModel } from './valid-model.ts';
