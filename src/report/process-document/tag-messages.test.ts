import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDecisionMessage } from '../../domain/decision-message.ts';
import { parseEvidenceMessage } from '../../domain/evidence-message.ts';
import { formatVersion } from '../../domain/version.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { evidenceMessage, withdrawalMessage } from './tag-messages.ts';

const policy = parsePolicy(
  `project: tiny
signatures: { formats: [ssh] }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzQAVXDtYKcyOfFbqOOnpJqrfkWKXbHTZWgm1VpOKEF
images: [{ build: { dockerfile: Dockerfile } }]
`,
  { file: 'cutwater.yaml' },
);

const values: Readonly<Record<string, string>> = {
  VERSION: '1.2.3',
  PREVIOUS: '1.2.2',
  RC: '4',
  RELEASE: '1'.repeat(40),
  COMMIT: '2'.repeat(40),
  DIGEST: `sha256:${'3'.repeat(64)}`,
  REASON: 'loses uploads',
  ALIASES: 'hold',
};

/** What a shell makes of the lines of a here-document. */
function filled(lines: readonly { readonly shell: string }[]): string {
  const text = lines.map(({ shell }) => shell.replaceAll(/\$([A-Z]+)/g, (_, name: string) => values[name] ?? '?'));
  return `${text.join('\n')}\n`;
}

void test('a withdrawal that is written by hand is read as what it says', () => {
  const read = parseDecisionMessage(filled(withdrawalMessage(policy)));
  assert.ok(read.is === 'ok', JSON.stringify(read));
  const { version, useInstead, ...rest } = read.value;
  assert.deepEqual([formatVersion(version), useInstead && formatVersion(useInstead)], ['1.2.3', '1.2.2']);
  const { RELEASE: release, DIGEST: digest } = values;
  const said = { project: 'tiny', decision: 'withdrawn', aliases: 'hold', reason: 'loses uploads' };
  assert.deepEqual(rest, { ...said, release, digest });
});

void test('evidence that is written by hand is read as what it says', () => {
  const read = parseEvidenceMessage(filled(evidenceMessage(policy, 'staging')));
  assert.ok(read.is === 'ok', JSON.stringify(read));
  const { version, release, commit, digest, outcome, evidence } = read.value;
  assert.deepEqual([formatVersion(version), evidence, outcome], ['1.2.3-rc.4', 'staging', 'pass']);
  assert.deepEqual([release, commit, digest], [values['RELEASE'], values['COMMIT'], values['DIGEST']]);
});
