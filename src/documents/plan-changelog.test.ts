import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { planChangelog } from './plan-changelog.ts';

const head = '# Changelog\n\n## [Unreleased]\n\n- New\n\n## [1.0.0] - 2026-01-01\n\n- First\n';
const dated = (date: string) => head.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [1.1.0] - ${date}\n`);
const plan = (texts: { head?: string; disk?: string }, asked?: string) =>
  planChangelog(
    { path: 'CHANGELOG.md', head: texts.head ?? head, disk: texts.disk ?? texts.head ?? head },
    {
      version: readVersion('1.1.0'),
      date: { asked, today: '2026-02-03' },
      source: undefined,
      tagged: [readVersion('1.0.0')],
    },
  );
const planned = (...args: Parameters<typeof plan>) => {
  const found = plan(...args);
  return found.is === 'planned' ? [found.file.state, found.file.text] : found.problems.map(({ message }) => message);
};

test('planChangelog() gives the section the date asked for, or that of today', () => {
  deepEqual(planned({}), ['write', dated('2026-02-03')]);
  deepEqual(planned({}, '2026-01-31'), ['write', dated('2026-01-31')]);
});

test('planChangelog() keeps the date a killed run wrote, unless another one is asked for', () => {
  deepEqual(planned({ disk: dated('2026-01-31') }), ['written', dated('2026-01-31')]);
  deepEqual(planned({ disk: dated('2026-01-31') }, '2026-02-01'), ['write', dated('2026-02-01')]);
  deepEqual(planned({ disk: dated('2026-01-31') }, '2026-01-31'), ['written', dated('2026-01-31')]);
});

test('planChangelog() never overwrites a section that somebody edited, whatever date is asked for', () => {
  const edited = dated('2026-01-31').replace('- New', '- Newer');
  for (const asked of [undefined, '2026-01-31', '2026-02-01'])
    match(planned({ disk: edited }, asked).join(), /was edited by hand.*"- Newer", not "- New"/, asked);
  match(planned({ disk: `${dated('2026-01-31')}More` }, '2026-02-01').join(), /was edited by hand/);
});

test('planChangelog() is content with a section that is committed, and with nothing else than it on disk', () => {
  const committed = dated('2026-01-31');
  deepEqual(planned({ head: committed }), ['committed', committed]);
  deepEqual(planned({ head: committed }, '2026-01-31'), ['committed', committed]);
  match(
    planned({ head: committed }, '2026-02-01').join(),
    /has the section 1\.1\.0 of 2026-01-31 \(line 5\), 2026-02-01 is/,
  );
  match(
    planned({ head: committed, disk: `${committed}- More\n` }).join(),
    /was edited by hand: it differs from HEAD in line/,
  );
  match(
    planned({ head: committed.replace('[1.1.0] - 2026-01-31', '1.1.0') }).join(),
    /no date in the heading of 1\.1\.0/,
  );
  match(planned({ head: committed.replace('- New\n', '') }).join(), /empty section for 1\.1\.0/);
});

test('planChangelog() says what is in the way of an edit, and that a file is not there', () => {
  match(planned({ head: head.replace('- New\n', '') }).join(), /has nothing in the section in line 3/);
  const gone = planChangelog(
    { path: 'CHANGELOG.md', head, disk: undefined },
    {
      version: readVersion('1.1.0'),
      date: { asked: undefined, today: '2026-02-03' },
      source: undefined,
      tagged: [],
    },
  );
  equal(gone.is === 'refused' && gone.problems[0]?.message, '"CHANGELOG.md" is in HEAD, but not on disk');
});
