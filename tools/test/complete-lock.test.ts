import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { completeLock } from '../complete-lock.mjs';

test('names the platform of each missing package as its name tells it', () => {
  const lock = {
    packages: {
      'node_modules/tool': {
        dev: true,
        optionalDependencies: {
          '@tool/cli-darwin-arm64': '1.2.3',
          '@tool/cli-linux-x64-musl': '^1.2.3',
          '@tool/here': '1.0.0',
        },
      },
      'node_modules/@tool/here': { version: '1.0.0', optional: true },
    },
  };
  expect(completeLock(lock)).toEqual(['@tool/cli-darwin-arm64', '@tool/cli-linux-x64-musl']);
  expect(lock.packages).toMatchObject({
    'node_modules/@tool/cli-darwin-arm64': {
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['darwin'],
    },
    'node_modules/@tool/cli-linux-x64-musl': {
      version: '1.2.3',
      cpu: ['x64'],
      libc: ['musl'],
      os: ['linux'],
    },
  });
});

test('the committed lock is complete, so that `npm ci` takes it on every platform', () => {
  expect(completeLock(JSON.parse(readFileSync('package-lock.json', 'utf8')))).toEqual([]);
});

test('the lock names no registry', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "https?:/);
});
