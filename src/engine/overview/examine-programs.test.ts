import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workflowPolicy } from '../../../test/make/workflow-policy.ts';
import type { CiIdentity } from './ci-identity.ts';
import { examinePrograms } from './examine-programs.ts';

const policy = workflowPolicy({
  scan: { tool: 'grype' },
  sbom: { also: [{ tool: 'syft' }] },
  signatures: { formats: ['ssh', 'openpgp'] },
  ci: { system: 'gitlab' },
});

async function look(installed: readonly string[], ciIdentity: CiIdentity, asked = policy): Promise<readonly string[]> {
  const checks = await examinePrograms(asked, (name) => Promise.resolve(installed.includes(name)), ciIdentity);
  return checks.map(({ is, name, says }) => `${is} ${name.replace('program for ', '')}: ${says.replace(/;.*$/, '')}`);
}

void test('a program that the policy wants and CI lacks stops a release, each with the line that wants it', async () => {
  assert.deepEqual(await look([], 'descriptor'), [
    'failed signatures.formats openpgp: gpgv or gpg is not installed here',
    'failed build.builder auto: docker or buildx or buildah is not installed here',
    'failed scan.tool: grype is not installed here',
    'failed sbom.also: syft is not installed here',
  ]);
  assert.deepEqual(
    (await look(['gpg', 'buildah', 'grype', 'syft'], 'descriptor')).map((line) => line.split(' ')[0]),
    Array(4).fill('passed'),
  );
});

void test('who only signs tags needs what judges signatures, and who publishes what others built no builder', async () => {
  const kinds = (lines: readonly string[]) => lines.map((line) => line.split(' ')[0]);
  assert.deepEqual(kinds(await look([], 'none')), ['failed', 'warning', 'warning', 'warning']);
  const ci = { system: 'gitlab', runner: 'x64', runners: { 'linux/amd64': 'x64', 'linux/arm64': 'arm64' } };
  const parted = workflowPolicy({ ci, scan: { tool: 'recorded', report: 'scan.json' } });
  assert.deepEqual(kinds(await look([], 'descriptor', parted)), ['warning']);
  const assembled = workflowPolicy({
    images: [
      {
        repository: 'ghcr.io/acme/tiny',
        build: { assemble: { entrypoint: ['/app'], files: [{ from: 'app', to: '/app' }] } },
      },
    ],
  });
  assert.deepEqual(await look([], 'descriptor', assembled), []);
});
