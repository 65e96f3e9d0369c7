import type { Platform } from '../domain/platform.ts';
import { machineOf } from '../domain/platform.ts';
import { nearestName } from './nearest-name.ts';

/** What `{arch}`, `{machine}` and `{os}` stand for in names and paths. */
export const platformPlaceholders: readonly string[] = ['arch', 'machine', 'os'];

/** Fills `{arch}` (amd64), `{machine}` (x86_64) and `{os}` (linux) for a platform; other braces stay. */
export function fillPlaceholders(text: string, platform: Platform): string {
  return text
    .replaceAll('{arch}', platform.architecture)
    .replaceAll('{machine}', machineOf(platform))
    .replaceAll('{os}', platform.os);
}

/** Why the braces of a text are wrong, or undefined. Every `{` must begin one of the known placeholders. */
export function placeholderFault(text: string, known: readonly string[] = platformPlaceholders): string | undefined {
  const rest = known.reduce((left, name) => left.replaceAll(`{${name}}`, ''), text);
  const found = /\{([^{}]*)\}/.exec(rest);
  if (found === null) return /[{}]/.test(rest) ? 'has a single brace' : undefined;
  const near = nearestName(found[1] ?? '', known);
  return `has the unknown placeholder "${found[0]}"${near === undefined ? '' : ` (did you mean "{${near}}"?)`}`;
}
