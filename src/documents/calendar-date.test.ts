import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { isDate, readDate } from './calendar-date.ts';

test('readDate() reads what people write instead of YYYY-MM-DD', () => {
  const written = {
    '2026.07.30': '2026-07-30',
    '2026 07 30': '2026-07-30',
    '2026/7/3': '2026-07-03',
    '03.04.2025': '2025-04-03',
    '11.02.24': '2024-02-11',
    '25/12/2025': '2025-12-25',
    '12/25/2025': '2025-12-25',
    '05/05/2025': '2025-05-05',
    'July 3, 2026': '2026-07-03',
    '3rd July 2026': '2026-07-03',
    '03-Jul-2026': '2026-07-03',
  };
  for (const [text, date] of Object.entries(written)) deepEqual(readDate(text), { is: 'near', date }, text);
  deepEqual(readDate('2024-02-29'), { is: 'exact', date: '2024-02-29' });
});

test('readDate() does not guess', () => {
  const answers = {
    '': 'none',
    '03/04/2025': 'ambiguous',
    '2026-02-30': 'impossible',
    '30.02.2026': 'impossible',
    '2025-13-01': 'impossible',
    '2026-08-XX': 'placeholder',
    'YYYY-MM-DD': 'placeholder',
    '2026-??-??': 'placeholder',
    TBD: 'placeholder',
    'not released': 'placeholder',
    'codename Otter': 'unreadable',
    '2026-07': 'unreadable',
  };
  for (const [text, is] of Object.entries(answers)) equal(readDate(text).is, is, text);
});

test('isDate() knows leap years', () => {
  equal(isDate('2000-02-29'), true);
  equal(isDate('1900-02-29'), false);
  equal(isDate('2026-1-01'), false);
});
