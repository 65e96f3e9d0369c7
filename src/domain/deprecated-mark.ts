/** The first line of the notes of a withdrawn release. On most forges nothing else tells that it was withdrawn. */
export const deprecatedMark = '<!-- cutwater:deprecated -->';

/** Whether notes begin with a deprecation banner. */
export function hasDeprecatedMark(notes: string): boolean {
  return /^<!-- cutwater:deprecated -->\r?(?:\n|$)/.test(notes);
}
