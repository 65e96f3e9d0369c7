import { deprecatedMark, hasDeprecatedMark } from '../../domain/deprecated-mark.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/** A forge keeps no mark of its own: what the notes begin with is all it knows. INPUT_INVALID where they say otherwise. */
export function requireMark(tag: string, notes: string, deprecated: boolean): void {
  if (hasDeprecatedMark(notes) === deprecated) return;
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot change the notes of release ${quote(tag)}: they begin ${deprecated ? 'without' : 'with'} ${quote(deprecatedMark)}`,
  );
}
