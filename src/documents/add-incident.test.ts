import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { addIncident } from './add-incident.ts';

const text = '## [1.1.0] - 2026-01-02\n### Added\n- x\n\n## [1.0.0] - 2026-01-01\n\n- First\n';
const incident = {
  version: readVersion('1.1.0'),
  date: '2026-02-03',
  reason: 'Loses data.\nSee <b>#7</b> -->\n## [9.9.9]',
  useInstead: readVersion('1.0.0'),
};

test('addIncident() writes the entry under the heading of the version, with an inert reason', () => {
  equal(
    edited(text),
    `## [1.1.0] - 2026-01-02

<!-- cutwater:incident 2026-02-03 -->
> **Withdrawn on 2026-02-03.** Do not deploy 1.1.0. Use **1.0.0** instead.
>
> Loses data.
> See &lt;b&gt;#7&lt;/b&gt; --&gt;
> ## [9.9.9]
<!-- /cutwater:incident -->

### Added
- x

## [1.0.0] - 2026-01-01

- First
`,
  );
});

test('addIncident() twice is once, and a second incident stands below the first', () => {
  const once = edited(text);
  equal(addIncident(once, incident).is, 'unchanged');
  const twice = edited(once, { date: '2026-03-01', useInstead: undefined });
  match(twice, /2026-02-03[^]*incident -->\n\n<!-- cutwater:incident 2026-03-01 -->\n.*no version to use instead yet/);
  equal(addIncident(twice, incident).is, 'unchanged');
});

test('addIncident() overwrites nothing that was said, and wants a section and a reason', () => {
  const refusals = [
    addIncident(edited(text), { ...incident, reason: 'Something else' }),
    addIncident(text, { ...incident, version: readVersion('2.0.0') }),
    addIncident(text, { ...incident, reason: ' \n' }),
    addIncident(text, { ...incident, date: 'today' }),
  ];
  const reasons = refusals.map((edit) => (edit.is === 'refused' ? edit.reason : edit.is));
  match(
    reasons.join('\n'),
    /another incident of 2026-02-03 already \(line 3\).*\n.*no section.*\n.*without a reason\n.*YYYY-MM-DD/,
  );
});

function edited(from: string, changes: Partial<typeof incident> | { useInstead: undefined } = {}): string {
  const edit = addIncident(from, { ...incident, ...changes });
  return edit.is === 'edited' ? edit.text : `${edit.is}: ${edit.reason}`;
}
