import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { judgeNotes } from './judge-notes.ts';
import type { NotesOptions } from './notes-options.ts';
import { readNotesOptions } from './notes-options.ts';

const about = { path: 'docs/upgrading.md', version: readVersion('1.2.0') };
const complete =
  '## 1.2.0\n\n- **Breaking:** none\n- **Environment:** none\n- **Migration:** none\n- **Way back:** binary\n';

test('judgeNotes() takes notes in which every field is said, and names each one that is not, with a way to write it', () => {
  equal(judgeNotes(complete, about).is, 'complete');
  const judged = judgeNotes('# Upgrading\n\n## 1.2.0\n\nRead this.\n\n- **Migration:** once\n', about);
  equal(judged.is === 'refused' && judged.entry?.line, 3);
  const problems = judged.is === 'refused' ? judged.problems : [];
  deepEqual(
    problems.map(({ message }) => message),
    ['breaking changes', 'environment variables', 'the way back'].map(
      (field) => `"docs/upgrading.md" says nothing about ${field} for 1.2.0 (line 3)`,
    ),
  );
  // What the hints say must be what is read.
  const written = problems.flatMap(({ hint }) =>
    [...hint.matchAll(/"(\*\*[^"]*)"/g)].map(([, text]) => `- ${text ?? ''}`),
  );
  equal(written.length, 6);
  for (const wayBack of ['binary', 'restore']) {
    const kept = written.filter((line) => !line.includes('Way back') || line.includes(wayBack));
    equal(judgeNotes(`## 1.2.0\n${kept.join('\n')}\n- **Migration:** once\n`, about).is, 'complete');
  }
});

test('judgeNotes() refuses a missing file, missing notes, and a placeholder', () => {
  const reason = (text: string | undefined) => {
    const judged = judgeNotes(text, about);
    return judged.is === 'refused' ? judged.problems.map(({ message }) => message).join() : '';
  };
  match(reason(undefined), /does not exist/);
  match(reason('## 1.1.0\n- x\n'), /has no notes for 1\.2\.0/);
  match(reason('## 1.2.0\n\nTBD\n'), /only a placeholder/);
});

test('readNotesOptions() reads each kind of change, and never takes silence for "none"', () => {
  const none: NotesOptions = { breaking: ['none'], environment: ['none'], migrations: ['none'], wayBack: 'binary' };
  const read = (options: Partial<NotesOptions>) => readNotesOptions({ ...none, ...options });
  deepEqual(read({}), { is: 'ok', value: { breaking: [], environment: [], migrations: [], wayBack: 'binary' } });
  const environment = ['added `A_B`: a: b', 'removed C', 'renamed D to E_*: note'];
  const found = read({ breaking: ['one', 'two'], environment });
  deepEqual(found.is === 'ok' && found.value?.environment, [
    { change: 'added', name: 'A_B', formerName: undefined, note: 'a: b' },
    { change: 'removed', name: 'C', formerName: undefined, note: '' },
    { change: 'renamed', name: 'E_*', formerName: 'D', note: 'note' },
  ]);
  deepEqual(readNotesOptions({ breaking: [], environment: [], migrations: [], wayBack: undefined }), {
    is: 'ok',
    value: undefined,
  });
  for (const wrong of [
    { wayBack: undefined },
    { breaking: [] },
    { breaking: ['none', 'something'] },
    { environment: ['A_B'] },
    { environment: ['renamed A'] },
    { environment: ['added lower'] },
    { environment: ['added A B'] },
  ])
    equal(read(wrong).is, 'refused', JSON.stringify(wrong));
});
