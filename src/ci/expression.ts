/**
 * Text in a workflow of GitHub or Forgejo is searched for `${{ ... }}` wherever it stands. Written like this, a text means
 * itself: the expression gives back the three characters.
 */
export function literal(text: string): string {
  return text.replaceAll('${{', "${{ '${{' }}");
}

/** A secret by its name; the name is one of `[A-Za-z_][A-Za-z0-9_]*`. */
export function secret(name: string): string {
  return `\${{ secrets.${requireName(name)} }}`;
}

export interface LoginExpression {
  /** `name[:port]`. */
  readonly host: string;
  /** Expressions without their braces, such as `github.token`. */
  readonly user: string;
  readonly password: string;
}

/** A docker configuration with these logins, put together when the job runs, whatever characters a password has. */
export function dockerConfig(logins: readonly LoginExpression[]): string {
  // A pattern of format(): doubled braces are plain ones.
  const open = '{{';
  const close = '}}';
  const entries = logins.map(({ host }, at) => {
    const [user, password] = [`{${at * 2}}`, `{${at * 2 + 1}}`];
    return `"${requireHost(host)}":${open}"username":${user},"password":${password}${close}`;
  });
  const values = logins.flatMap(({ user, password }) => [`toJSON(${user})`, `toJSON(${password})`]);
  return `\${{ format('${open}"auths":${open}${entries.join(',')}${close}${close}', ${values.join(', ')}) }}`;
}

function requireName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new Error('A name of a secret passed the checks that is none');
}

function requireHost(host: string): string {
  if (/^[A-Za-z0-9.:[\]-]+$/.test(host)) return host;
  throw new Error('A registry passed the checks whose name is no host');
}
