import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import { declaresNothing } from './declared-changes.ts';
import type { EnvironmentChange, UpgradingFields, WayBack } from './upgrading-fields.ts';

/** Upgrading notes as options of a command line say them; an empty list says nothing. */
export interface NotesOptions {
  readonly breaking: readonly string[];
  /** `added NAME: note`, `removed NAME`, `renamed OLD to NEW: note`. */
  readonly environment: readonly string[];
  readonly migrations: readonly string[];
  readonly wayBack: WayBack | undefined;
}

/**
 * The notes these options declare; undefined where none is given. "none" declares that there is nothing; what is not said
 * at all is refused, because silence must never read as "none".
 */
export function readNotesOptions(options: NotesOptions): Parsed<UpgradingFields | undefined> {
  const { breaking, environment, migrations, wayBack } = options;
  const missing = [
    ...(breaking.length === 0 ? ['--breaking TEXT'] : []),
    ...(environment.length === 0 ? ['--env CHANGE'] : []),
    ...(migrations.length === 0 ? ['--migrations TEXT'] : []),
    ...(wayBack === undefined ? ['--way-back binary|restore'] : []),
  ];
  if (missing.length === 4) return accept(undefined);
  if (missing.length > 0) return refuse(`leaves out ${missing.join(', ')}; "none" says that there is nothing`);
  for (const [option, texts] of [
    ['--breaking', breaking],
    ['--env', environment],
    ['--migrations', migrations],
  ] as const)
    if (texts.length > 1 && texts.some(declaresNothing)) return refuse(`says both "none" and something for ${option}`);
  const changes = environment
    .filter((text) => !declaresNothing(text))
    .map((text) => ({ text, change: readChange(text) }));
  const unread = changes.find(({ change }) => change === undefined);
  if (unread !== undefined)
    return refuse(
      `has --env ${quote(unread.text)}; "added NAME: note", "removed NAME" or "renamed OLD to NEW" is wanted`,
    );
  return accept({
    breaking: breaking.filter((text) => !declaresNothing(text)),
    environment: changes.flatMap(({ change }) => change ?? []),
    migrations: migrations.filter((text) => !declaresNothing(text)),
    wayBack,
  });
}

function readChange(text: string): EnvironmentChange | undefined {
  const pattern =
    /^(?:(added|removed) `?([A-Z_][A-Z0-9_]*\*?)`?|renamed `?([A-Z_][A-Z0-9_]*\*?)`? to `?([A-Z_][A-Z0-9_]*\*?)`?)(?:: (.*\S))?$/;
  const [whole, change, name, formerName, newName, note = ''] = pattern.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  if (formerName !== undefined && newName !== undefined) return { change: 'renamed', name: newName, formerName, note };
  return { change: change === 'removed' ? 'removed' : 'added', name: name ?? '', formerName: undefined, note };
}
