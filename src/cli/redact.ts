/** Takes out of a text what may be secret or personal: credentials in URLs, values of secret-looking variables, the home folder. */
export function redact(text: string, env: Readonly<Record<string, string | undefined>>): string {
  let redacted = text.replaceAll(/(\w:\/\/)[^\s/@]+@/g, '$1[secret]@').replaceAll(authorization, '$1 [secret]');
  for (const { value } of secretVariables(env)) redacted = redacted.replaceAll(value, '[secret]');
  const home = env['HOME'] ?? '';
  return home.length > 1 ? redacted.replaceAll(home, '~') : redacted;
}

const authorization = /\b(Bearer|Basic|token)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const secretName = /TOKEN|SECRET|WEBHOOK|PASSW|PASSPHRASE|CREDENTIAL|(?:^|_)KEY|AUTH(?!OR)/i;

/** Variables that look like secrets, the longest first, so that a value that contains another leaves no rest. Short ones would redact ordinary words. */
export function secretVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(env)
    .flatMap(([name, value]) =>
      value !== undefined && value.length >= 6 && secretName.test(name) ? [{ name, value }] : [],
    )
    .sort((left, right) => right.value.length - left.value.length);
}
