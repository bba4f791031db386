import { describe, expect, it } from 'vitest';
import type { TensorProto } from '../../src/codec/messages.ts';
import { readTensorBytes, tensorFields } from '../../src/codec/tensor-message.ts';
import { encodeMessage } from '../../src/codec/wire.ts';
import { codeOf } from '../support/code-of.ts';

const read = (message: TensorProto, folder?: string) =>
  readTensorBytes(encodeMessage('TensorProto', message), folder);

describe('readTensorMessage', () => {
  it('finds where the numbers lie without reading them', () => {
    const message = read({ name: 'w', dims: [2, 2], dataType: 3, rawData: Uint8Array.from([1, 2, 3, 4]) });
    const { rawData } = message;
    expect([message.name, message.dims, message.dataType]).toEqual(['w', [2, 2], 'int8']);
    expect([...(rawData?.bytes.subarray(rawData.start, rawData.end) ?? [])]).toEqual([1, 2, 3, 4]);
  });

  it('reads dimensions that newer writers pack', () => {
    expect(readTensorBytes(Uint8Array.from([0x0a, 3, 2, 0xac, 0x02, 0x10, 1]), undefined).dims).toEqual([
      2, 300,
    ]);
  });

  it('keeps the number of a type of a later version', () => {
    const { dataType, dataTypeCode } = read({ dataType: 99 });
    expect([dataType, dataTypeCode]).toEqual(['undefined', 99]);
  });

  it.each([
    ['one by one', { dims: new Array(5000).fill(1) }],
    ['packed', undefined],
  ])('refuses thousands of dimensions, %s', (_, message) => {
    const packed = Uint8Array.from([0x0a, 0x88, 0x27, ...new Array(5000).fill(1)]);
    expect(codeOf(() => (message ? read(message) : readTensorBytes(packed, undefined)))).toBe(
      'invalid-graph',
    );
  });

  it('needs a folder for external data', () => {
    const externalData = [{ key: 'location', value: 'w.bin' }];
    expect(codeOf(() => read({ dataType: 1, dataLocation: 1, externalData }))).toBe('external-data');
    expect(read({ dataType: 1, dataLocation: 1, externalData }, '/models').external?.location).toBe('w.bin');
  });
});

describe('tensorFields', () => {
  it('gives fields as they are encoded', () => {
    const message = read({ name: 'w', docString: 'a' });
    expect(tensorFields(message, 12).map(({ bytes }) => [...bytes])).toEqual([[0x62, 1, 97]]);
  });
});
