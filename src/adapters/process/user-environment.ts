/**
 * The environment of the user for tools that need it, such as git with its hooks and credential helpers with their key
 * stores. The CI key is for this program alone, and not even the name of its variable goes on.
 */
export function userEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('CUTWATER_CI_KEY'),
    ),
  );
}
