/** What is wrong with an address as `source`; undefined for one such as `https://github.com/owner/name`. */
export function sourceFault(text: string): string | undefined {
  return /^https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/(?!\.)[A-Za-z0-9._~-]*[A-Za-z0-9_~-])+$/.test(text) &&
    !text.endsWith('.git')
    ? undefined
    : 'is not such an address, without ".git" and final "/"';
}
