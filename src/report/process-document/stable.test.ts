import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { processDocument } from './process-document.ts';

const pageOf = (forge: string): string =>
  processDocument(
    parsePolicy(
      `project: tiny
source: https://github.com/acme/tiny
forge: ${forge}
signatures: { formats: [ssh] }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzQAVXDtYKcyOfFbqOOnpJqrfkWKXbHTZWgm1VpOKEF
images: [{ build: { dockerfile: Dockerfile } }]
`,
      { file: 'cutwater.yaml' },
    ),
  );

test('who waits for the release workflow is told how, where there is a forge that runs one', () => {
  assert.match(pageOf('github'), /### \d+\. Wait for the release workflow\n.*cutwater release "\$VERSION" --watch\n/s);
  assert.doesNotMatch(pageOf('local'), /--watch/);
});
