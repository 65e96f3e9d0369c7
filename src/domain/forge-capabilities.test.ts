import { ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { forgeCapabilities } from './forge-capabilities.ts';

test('docs/forges.md says of each forge what the table in the code says', async () => {
  const page = await readFile(new URL('../../docs/forges.md', import.meta.url), 'utf8');
  const rows = page.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').trim());
  for (const [kind, can] of Object.entries(forgeCapabilities)) {
    const { drafts, immutableReleases, latest, tagRules, discussions, checks, mergeRequests, uniqueFileNames } = can;
    const cells = [drafts, immutableReleases, latest, tagRules, discussions, checks, mergeRequests, uniqueFileNames];
    const row = `| ${kind} | ${cells.map((cell) => (typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : cell)).join(' | ')} |`;
    ok(rows.includes(row), row);
  }
});
