import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import type { Incident } from './add-incident.ts';
import { addIncident } from './add-incident.ts';

const text = '## [1.1.0] - 2026-01-02\n### Added\n- x\n\n## [1.0.0] - 2026-01-01\n\n- First\n';
const incident = {
  kind: 'withdrawn',
  decision: 'withdrawn/v1.1.0/1',
  version: readVersion('1.1.0'),
  date: '2026-02-03',
  reason: 'Loses data.\nSee <b>#7</b> -->\n## [9.9.9]',
  useInstead: readVersion('1.0.0'),
} as const satisfies Incident;

test('addIncident() writes the entry under the heading of the version, with an inert reason', () => {
  equal(
    edited(text),
    `## [1.1.0] - 2026-01-02

<!-- cutwater:incident withdrawn/v1.1.0/1 -->
> **Withdrawn on 2026-02-03.** Do not deploy 1.1.0. Use **1.0.0** instead.
>
> Loses data.
> See &lt;b&gt;#7&lt;/b&gt; --&gt;
> \\## \\[9.9.9\\]
<!-- /cutwater:incident -->

### Added
- x

## [1.0.0] - 2026-01-01

- First
`,
  );
});

test('addIncident() twice is once, and every further decision stands below the ones before', () => {
  const once = edited(text);
  equal(addIncident(once, incident).is, 'unchanged');
  const restored = edited(once, {
    kind: 'restored',
    decision: 'restored/v1.1.0/1',
    date: '2026-02-04',
    reason: 'Not so.',
  });
  const again = edited(restored, { decision: 'withdrawn/v1.1.0/2', reason: 'It is.', useInstead: undefined });
  equal(addIncident(again, { ...incident, decision: 'withdrawn/v1.1.0/2', reason: 'It is.' }).is, 'unchanged');
  const titles = again.split('\n').filter((line) => /cutwater:incident (?:w|r)|^> \*\*/.test(line));
  deepEqual(titles, [
    '<!-- cutwater:incident withdrawn/v1.1.0/1 -->',
    '> **Withdrawn on 2026-02-03.** Do not deploy 1.1.0. Use **1.0.0** instead.',
    '<!-- cutwater:incident restored/v1.1.0/1 -->',
    '> **Restored on 2026-02-04.** 1.1.0 may be deployed again.',
    '<!-- cutwater:incident withdrawn/v1.1.0/2 -->',
    '> **Withdrawn on 2026-02-03.** Do not deploy 1.1.0. There is no version to use instead yet.',
  ]);
});

test('addIncident() says nothing twice where a further decision says the same, as with another word about aliases', () => {
  const once = edited(text);
  const further = { ...incident, decision: 'withdrawn/v1.1.0/2' };
  equal(addIncident(once, further).is, 'unchanged');
  const restored = edited(once, { kind: 'restored', decision: 'restored/v1.1.0/1' });
  equal(addIncident(restored, further).is, 'edited', 'withdrawn again, it is the last word');
});

test('addIncident() leaves what people made of an entry', () => {
  const mended = edited(text).replace('> Loses data.', '> Loses data on slow disks; the cause is in #9.');
  equal(addIncident(mended, incident).is, 'unchanged');
});

test('addIncident() says that a cancelled version was never published', () => {
  match(edited(text, { kind: 'cancelled' }), /\*\*Cancelled on 2026-02-03\.\*\* 1\.1\.0 was never published\. Use/);
});

test('addIncident() wants a section, a reason and a date', () => {
  const refusals = [
    addIncident(text, { ...incident, version: readVersion('2.0.0') }),
    addIncident(text, { ...incident, reason: ' \n' }),
    addIncident(text, { ...incident, date: 'today' }),
  ];
  const reasons = refusals.map((edit) => (edit.is === 'refused' ? edit.reason : edit.is));
  match(reasons.join('\n'), /no section.*\n.*without a reason\n.*YYYY-MM-DD/);
});

function edited(from: string, changes: Partial<Incident> = {}): string {
  const edit = addIncident(from, { ...incident, ...changes });
  return edit.is === 'edited' ? edit.text : `${edit.is}: ${edit.reason}`;
}
