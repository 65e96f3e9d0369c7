import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { addIncident } from './add-incident.ts';
import { parseChangelog, printChangelog, unreleasedOf, versionOf } from './changelog.ts';
import { declaredChanges } from './declared-changes.ts';
import { lintChangelog } from './lint-changelog.ts';
import { releaseUnreleased } from './release-unreleased.ts';

// Changelogs of real projects, which are not ours to publish, may lie beside the repository.
const folder = new URL('../../../shared/data/changelogs/', import.meta.url);

test('changelogs of real projects are read whole, and edits touch nothing else in them', (context) => {
  if (!existsSync(folder)) return context.diagnostic('there are no real changelogs beside the repository: not run');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.md'))) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const changelog = parseChangelog(text);
    equal(printChangelog(changelog), text, name);
    equal(changelog.unclosed, undefined, name);
    const headings = text.split('\n').filter((line) => /^## (?!\[Unreleased).*\d+\.\d+\.\d+/.test(line)).length;
    equal(changelog.sections.filter((section) => versionOf(section) !== undefined).length, headings, name);
    const facts = { versions: [], today: '2026-09-01', source: undefined };
    const codes = new Set(lintChangelog(changelog, facts).map(({ code }) => code));
    ok(!codes.has('date-unreadable') && !codes.has('version-invalid'), [name, ...codes].join(' '));
    ok(
      changelog.sections.some((section) => declaredChanges(section).categories.includes('Fixed')),
      name,
    );
    onlyAdds(text, name);
  }
});

function onlyAdds(text: string, name: string): void {
  const date = '2026-09-01';
  const changelog = parseChangelog(text);
  const [first] = changelog.sections.flatMap((section) => versionOf(section) ?? []);
  ok(first !== undefined, name);
  const incident = addIncident(text, {
    kind: 'withdrawn',
    decision: 'withdrawn/v1.0.0/1',
    version: first,
    date,
    reason: 'Found broken',
    useInstead: undefined,
  });
  ok(incident.is === 'edited', name);
  deepEqual(linesLost(text, incident.text), [], name);
  const released = releaseUnreleased(text, { version: readVersion('999.0.0'), date, source: undefined });
  equal(released.is, unreleasedOf(changelog).is === 'ok' ? 'edited' : 'refused', name);
  if (released.is === 'edited') deepEqual(linesLost(text, released.text), [], name);
}

/** The lines of the old text that do not stand in the new one in the same order. */
function linesLost(before: string, after: string): readonly string[] {
  const rest = after.split('\n');
  let at = 0;
  return before.split('\n').filter((line) => {
    const found = rest.indexOf(line, at);
    if (found !== -1) at = found + 1;
    return found === -1;
  });
}
