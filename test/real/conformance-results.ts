import assert from 'node:assert/strict';
import { parse } from 'yaml';

export interface ConformanceResults {
  /** Interfaces and kinds of content that did not pass, with their status. */
  readonly notPassed: readonly string[];
  readonly passed: number;
}

/** Reads results.yaml: a status for each interface and each kind of content. Fails where it has another shape. */
export function parseConformanceResults(text: string): ConformanceResults {
  const json: unknown = parse(text);
  const statuses = ['apis', 'data'].flatMap((section) =>
    Object.entries(sectionOf(json, section)).map(([name, status]) => ({ name: `${section}: ${name}`, status })),
  );
  const notPassed = statuses
    .filter(({ status }) => status !== 'Pass')
    .map(({ name, status }) => `${name}: ${String(status)}`);
  return { notPassed, passed: statuses.length - notPassed.length };
}

/** How many single tests had which result, from the totals the suite prints. */
export function parseConformanceCounts(printed: string): ReadonlyMap<string, number> {
  const totals = printed.matchAll(/^ {2}(Pass|FAIL|Skip|Disabled|Error)\.+: +(\d+)$/gm);
  return new Map([...totals].map(([, status = '', count = '']) => [status, Number(count)]));
}

function sectionOf(json: unknown, name: string): object {
  assert.ok(typeof json === 'object' && json !== null);
  const section: unknown = Reflect.get(json, name);
  assert.ok(typeof section === 'object' && section !== null, `results.yaml has no ${name}`);
  return section;
}
