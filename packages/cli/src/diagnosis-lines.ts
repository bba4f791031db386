import { oneLine } from '@sentei/report';
import type { Diagnosis, Finding, FindingStatus } from '@sentei/runtime';
import type { Paint } from './paint.ts';

const WIDEST_STATUS = 'missing'.length;

/** A line for each finding, its fix below it, and a line at the end for each execution provider. */
export function drawDiagnosis({ findings, providers }: Diagnosis, paint: Paint): string {
  const lines: string[] = [];
  let group: string | undefined;
  for (const finding of findings) {
    if (finding.group !== group) lines.push(...(group === undefined ? [] : ['']), finding.group);
    group = finding.group;
    lines.push(...drawFinding(finding, paint));
  }
  lines.push('', 'execution providers');
  for (const [name, status] of Object.entries(providers)) {
    lines.push(`  ${drawStatus(status, paint)}  ${oneLine(name)}`);
  }
  return `${lines.join('\n')}\n`;
}

function drawFinding({ subject, status, detail, fix, isOptional }: Finding, paint: Paint): string[] {
  const note = isOptional && status !== 'ok' ? ' (optional)' : '';
  const line = `  ${drawStatus(status, paint)}  ${oneLine(subject)}: ${oneLine(detail)}${note}`;
  if (fix === undefined || status === 'ok') return [line];
  return [line, `  ${' '.repeat(WIDEST_STATUS)}  fix: ${oneLine(fix)}`];
}

function drawStatus(status: FindingStatus, { good, caution, bad }: Paint): string {
  const colour = { ok: good, missing: caution, unknown: caution, broken: bad }[status];
  return colour(status) + ' '.repeat(WIDEST_STATUS - status.length);
}
