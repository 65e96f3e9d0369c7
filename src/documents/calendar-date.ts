/** How a date stands in a heading. `date` is always `YYYY-MM-DD`. */
export type WrittenDate =
  | { readonly is: 'exact'; readonly date: string }
  | { readonly is: 'near'; readonly date: string }
  | { readonly is: 'none' | 'placeholder' | 'impossible' | 'ambiguous' | 'unreadable' };

/** Whether a text is `YYYY-MM-DD` and names a day that exists (ISO 8601, proleptic Gregorian). */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return year !== undefined && exists(Number(year), Number(month), Number(day));
}

/**
 * Reads what people write instead of `YYYY-MM-DD`: other separators, the day first with dots, the month by name, two
 * digits of the year (20xx). `03/04/2025` is ambiguous and so is nothing.
 */
export function readDate(text: string): WrittenDate {
  if (text === '') return { is: 'none' };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isDate(text) ? { is: 'exact', date: text } : { is: 'impossible' };
  if (text.length > 60) return { is: 'unreadable' };
  if (placeholder.test(text)) return { is: 'placeholder' };
  const yearFirst = /^(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})$/.exec(text);
  if (yearFirst !== null) return near(yearFirst[1], yearFirst[2], yearFirst[3]);
  const dayFirst = /^(\d{1,2})([-./ ])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text);
  if (dayFirst !== null) return readDayFirst(dayFirst);
  return readNamedMonth(text);
}

const placeholder =
  /\b(?:t\.?b\.?[acd]|todo|unreleased|pending|soon|not (?:yet )?released|in progress|upcoming|date)\b|[?_]{2}|\bxx|xx\b|\by{4}\b|\bdd\b/i;

const months: readonly string[] = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

function readDayFirst([, first, separator, second, year]: readonly string[]): WrittenDate {
  if (separator === '.' || Number(first) > 12) return near(year, second, first);
  if (Number(second) > 12) return near(year, first, second);
  return first === second ? near(year, second, first) : { is: 'ambiguous' };
}

function readNamedMonth(text: string): WrittenDate {
  const monthFirst = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(text);
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?[ .-]{1,2}([a-z]{3,9})\.?,?[ -](\d{4})$/i.exec(text);
  const name = (monthFirst?.[1] ?? dayFirst?.[2] ?? '').slice(0, 3).toLowerCase();
  const month = months.indexOf(name) + 1;
  if (month === 0) return { is: 'unreadable' };
  return near(monthFirst?.[3] ?? dayFirst?.[3], String(month), monthFirst?.[2] ?? dayFirst?.[1]);
}

function near(year = '', month = '', day = ''): WrittenDate {
  const full = year.length === 2 ? `20${year}` : year;
  if (!exists(Number(full), Number(month), Number(day))) return { is: 'impossible' };
  return { is: 'near', date: `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` };
}

function exists(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}
