/** `ssh-ed25519 AAAA...` of a line of an `authorized_keys` file, without its comment; nothing where it is none. */
export function publicKeyLine(line: string): readonly string[] {
  const [type = '', body = ''] = line.trim().split(/\s+/);
  return body === '' ? [] : [`${type} ${body}`];
}
