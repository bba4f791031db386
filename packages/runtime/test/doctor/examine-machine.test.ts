import { expect, test } from 'vitest';
import { examineMachine, examineTools, isAtLeast } from '../../src/doctor/examine-machine.ts';
import { fakeHost } from '../support/host.ts';

const statusOf = (findings: readonly { subject: string; status: string }[]) =>
  Object.fromEntries(findings.map(({ subject, status }) => [subject, status]));

test('a usual machine is well', async () => {
  expect(statusOf(await examineMachine(fakeHost()))).toMatchObject({
    Node: 'ok',
    platform: 'ok',
    'C library': 'ok',
    processor: 'ok',
    memory: 'ok',
  });
});

test.each([
  [{ node: '20.11.0' }, 'Node', /20\.19 or later/],
  [{ arch: 'riscv64' }, 'platform', /no binaries for linux\/riscv64/],
  [{ glibc: '2.27' }, 'C library', /2\.28 or later/],
  [{ glibc: undefined }, 'C library', /not the GNU C library/],
])('a machine with %j is told so, with a fix', async (facts, subject, detail) => {
  const finding = (await examineMachine(fakeHost(facts))).find((each) => each.subject === subject);
  expect(finding).toMatchObject({
    status: 'broken',
    detail: expect.stringMatching(detail),
    fix: expect.any(String),
  });
});

test('versions are compared by number', () => {
  expect(isAtLeast('20.19.0', [20, 19])).toBe(true);
  expect(isAtLeast('20.9.1', [20, 19])).toBe(false);
  expect(isAtLeast('22.0.0', [20, 19])).toBe(true);
  expect(isAtLeast('2.4', [2, 28])).toBe(false);
});

test('tools that are there have their version', async () => {
  const programs = {
    'google-chrome --version': 'Google Chrome 140.0 \n',
    'python3 --version': 'Python 3.12.1\n',
    'python3 -m pip --version': 'pip 25.0 from /usr/lib/python3 (python 3.12)\n',
    'nvidia-smi': 'NVIDIA H100, 81559, 9.0, 580.65.06, 71.25\n',
  };
  const files = { '/sys/class/powercap/intel-rapl:0/energy_uj': '5\n' };
  const findings = await examineTools(fakeHost({ programs, files }));
  expect(findings.map(({ status, detail }) => [status, detail])).toEqual([
    ['ok', 'Google Chrome 140.0'],
    ['ok', 'Python 3.12.1'],
    ['ok', 'pip 25.0'],
    ['ok', 'power of the GPU (nvidia-smi), energy of the processor (RAPL)'],
  ]);
});

test('tools that are not there are missing, and nothing fails for it', async () => {
  const findings = await examineTools(fakeHost());
  expect(findings.map(({ status, isOptional }) => [status, isOptional])).toEqual(
    new Array(4).fill(['missing', true]),
  );
  expect(findings.every(({ fix }) => fix !== undefined)).toBe(true);
});
