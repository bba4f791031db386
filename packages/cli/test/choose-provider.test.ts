import { expect, test } from 'vitest';
import { chooseProvider, type ProviderChoice } from '../src/choose-provider.ts';
import { recorder } from './support/streams.ts';

async function choose(choice: Pick<ProviderChoice, 'target' | 'provider'>, works = true) {
  const listener = recorder();
  const tried: string[] = [];
  const attempt = async (provider: string) => {
    tried.push(provider);
    return works ? ({ works } as const) : ({ works, reason: 'no CUDA-capable device is detected.' } as const);
  };
  return { ...(await chooseProvider({ ...choice, listener, attempt })), tried, heard: listener.heard };
}

test('a result is compared on its target, which is tried first', async () => {
  expect(await choose({ target: 'cpu' })).toEqual({ provider: 'cpu', tried: [], heard: [] });
  expect(await choose({ target: 'cuda' })).toEqual({ provider: 'cuda', tried: ['cuda'], heard: [] });
});

test('without its target it is compared on the CPU, and never timed there', async () => {
  const found = await choose({ target: 'cuda' }, false);
  expect(found).toMatchObject({ provider: 'cpu', withoutSpeed: 'not run on cuda' });
  expect(found.heard).toEqual([
    'warn the result was not run on cuda, which it was made for (cuda does not start here: no CUDA-capable device is detected); it is compared on the CPU, for its accuracy alone',
  ]);
});

test('whatever is asked for is not tried', async () => {
  expect(await choose({ target: 'cpu', provider: 'cuda' })).toMatchObject({
    provider: 'cuda',
    tried: [],
    heard: [],
  });
  expect(await choose({ target: 'cuda', provider: 'cuda' }, false)).toMatchObject({
    provider: 'cuda',
    tried: [],
  });
  const found = await choose({ target: 'cuda', provider: 'cpu' });
  expect(found).toMatchObject({ provider: 'cpu', withoutSpeed: 'not run on cuda', tried: [] });
  expect(found.heard[0]).toContain('the CPU was asked for');
});

test('an interruption during the try is no missing target', async () => {
  const signal = AbortSignal.abort();
  const attempt = async () => ({ works: false, reason: 'cancelled' }) as const;
  const choice = { target: 'cuda', listener: recorder(), signal, attempt } as const;
  await expect(chooseProvider(choice)).rejects.toMatchObject({ code: 'cancelled' });
});
