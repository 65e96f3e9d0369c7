import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { formatVersion, readVersion } from '../domain/version.ts';
import { containedFault, previousStable } from './previous-stable.ts';

const versions = (text: string) =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map(readVersion);

test('previousStable() is the highest stable version below, for a candidate below what it becomes', () => {
  const previous = (version: string, known: string) => {
    const found = previousStable(readVersion(version), versions(known));
    return found && formatVersion(found);
  };
  equal(previous('1.2.0', '1.0.0 1.1.3 1.2.0-rc.1 1.3.0'), '1.1.3');
  equal(previous('1.2.0-rc.2', '1.1.3 1.2.0-rc.1 1.2.0'), '1.1.3');
  equal(previous('1.0.2', '1.0.1 1.0.0 2.0.0'), '1.0.1');
  equal(previous('0.1.0', '1.0.0'), undefined);
});

test('containedFault() names the higher stable version a branch is built on, and lets candidates and lower ones be', () => {
  const fault = (version: string, contained: string) => containedFault(readVersion(version), versions(contained));
  match(
    fault('1.1.1', '1.1.0 1.2.0 1.3.0') ?? '',
    /^it contains v1\.3\.0, whose changes would be released as 1\.1\.1$/,
  );
  match(fault('1.1.0-rc.1', '1.1.1') ?? '', /contains v1\.1\.1/);
  for (const [version, contained] of [
    ['1.1.1', '1.0.0 1.1.0 1.2.0-rc.1'],
    ['1.1.0-rc.2', '1.1.0-rc.1 1.1.0'],
    ['0.1.0', ''],
  ] as const)
    equal(fault(version, contained), undefined, version);
});
