/** The name of a kind of evidence, `staging`: lower-case letters, digits and "-" between them, at most 32 characters. */
export function isEvidenceName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text);
}
