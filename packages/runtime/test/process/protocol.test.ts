import { deserialize, serialize } from 'node:v8';
import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { isReplyTo, type Reply, type Request } from '../../src/process/protocol.ts';

test('a reply is matched with the kind of its request', () => {
  const reply: Reply = { kind: 'time', milliseconds: [1] };
  expect(isReplyTo('time', reply)).toBe(true);
  expect(isReplyTo('run', reply)).toBe(false);
});

test('a request survives the serialization that child processes use', () => {
  const request: Request = {
    kind: 'run',
    feeds: {
      ids: hostTensor('int64', [2], BigInt64Array.of(1n, -2n)),
      words: hostTensor('string', [2], ['剪', '定']),
      half: hostTensor('float16', [1], Uint16Array.of(0x3c00)),
    },
  };
  expect(deserialize(serialize(request))).toEqual(request);
});
