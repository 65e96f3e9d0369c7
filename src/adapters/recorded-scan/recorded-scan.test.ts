import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget } from '../../../test/make/scanner-stand-in.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { recordedScan } from './recorded-scan.ts';

const target = scanTarget(debianImage());
const arm = { ...target, platform: { os: 'linux', architecture: 'arm64' } };
const report = (id: string): string =>
  JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: '2026-11-26T08:00:00Z',
    Trivy: { Version: '0.74.0' },
    Metadata: { ImageID: digestOf(id) },
    Results: [{ Target: 'debian', Class: 'os-pkgs', Packages: [{ Name: 'zlib1g' }] }],
  });
const files = new Map([
  ['scans/amd64.json', report('amd64')],
  ['scans/arm64.json', report('arm64')],
  ['half.json', report('amd64').slice(0, 90)],
]);

test('each platform has its own report, which says that no scanner ran and knows no more than on the day it was made', async () => {
  const { scan } = scanner('scans/{arch}.json');
  const [amd64, arm64] = [await scan(target), await scan(arm)];
  assert.deepEqual([amd64.subject.config, arm64.subject.config], [digestOf('amd64'), digestOf('arm64')]);
  assert.deepEqual([amd64.replayed, amd64.filters], [true, 'untold']);
  assert.deepEqual(amd64.database, {
    is: 'dated',
    updatedAt: Date.parse('2026-11-26T08:00:00Z') / 1000,
    version: undefined,
  });
});

test('a report that is not in the commit, or is cut off, is a broken scan, never a clean one', async () => {
  for (const [path, message] of [
    ['absent-{arch}.json', /the commit has no "absent-amd64\.json"/],
    ['half.json', /"half\.json" is no report of trivy/],
  ] as const)
    await assert.rejects(
      scanner(path).scan(target),
      (error) => isCutwaterError(error, 'SCAN_BROKEN') && message.test(error.message),
    );
});

function scanner(path: string): ReturnType<typeof recordedScan> {
  const read = async (asked: string): Promise<Uint8Array | undefined> => {
    const text = files.get(asked);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  };
  return recordedScan({ path, read });
}
