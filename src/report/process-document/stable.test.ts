import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { processDocument } from './process-document.ts';

const pageOf = (forge: string, more = ''): string =>
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
${more}`,
      { file: 'cutwater.yaml' },
    ),
  );

test('who waits for the release workflow is told how, where there is a forge that runs one', () => {
  assert.match(pageOf('github'), /### \d+\. Wait for the release workflow\n.*cutwater release "\$VERSION" --watch\n/s);
  assert.doesNotMatch(pageOf('local'), /--watch/);
});

test('of the lock files only those are committed by hand that name the version too', () => {
  const page = pageOf(
    'local',
    'versionFiles: [package.json]\nlockFiles: [package-lock.json, parts/package-lock.json]\n',
  );
  assert.match(page, /^git add -- CHANGELOG\.md docs\/upgrading\.md package\.json package-lock\.json$/m);
  assert.match(page, /^git add -- package\.json package-lock\.json$/m);
  assert.match(page, /`package\.json` says the stable version/);
});
