/** One value in a line of comma-separated values (RFC 4180, section 2), as several options of container tools take them. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
