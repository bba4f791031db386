import type fc from 'fast-check';
import { encodeModel } from '../codec/wire.ts';
import { modelMessage } from './models/messages.ts';

/**
 * Files of random models that use everything IR version 14 has, in the canonical order of fields: for codecs, and for
 * code that has to carry along what it does not understand. See `validModel` for models that a runtime can run.
 */
export function modelBytes(): fc.Arbitrary<Uint8Array> {
  return modelMessage.map(encodeModel);
}
