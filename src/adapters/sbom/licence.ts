import { isText } from './locked-package.ts';
import { spdxExceptions, spdxLicences } from './spdx-ids-catalogue.ts';

/** A licence as a package states it, in the form of a CycloneDX 1.6 licence choice. */
export type LicenceChoice =
  | { readonly expression: string; readonly acknowledgement: 'declared' }
  | { readonly license: { readonly [key in 'id' | 'name']?: string } & { readonly acknowledgement: 'declared' } };

/** What package.json says; old ones have an object with a `type`. Undefined for anything that is no line of text. */
export function statedLicence(value: unknown): string | undefined {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : value;
  return isText(text) && text.trim() !== '' ? text.trim() : undefined;
}

/**
 * By identifier or expression only where it is one that the SPDX License List knows; anything else by name, as "GPLv2+" or
 * "SEE LICENSE IN x" are. References to licences that a document would have to define are names too.
 */
export function licenceChoice(text: string): LicenceChoice {
  const acknowledgement = 'declared';
  if (spdxLicences.has(text)) return { license: { id: text, acknowledgement } };
  if (isExpression(text)) return { expression: text, acknowledgement };
  return { license: { name: text, acknowledgement } };
}

/** SPDX 2.3, annex D: licences, with an exception or not, between AND, OR and parentheses. */
function isExpression(text: string): boolean {
  let depth = 0;
  let wantsLicence = true;
  for (const token of text.match(/[()]|[^()\s]+(?:\s+WITH\s+[^()\s]+)?/g) ?? []) {
    if (token === '(' ? !wantsLicence : wantsLicence && !isLicence(token)) return false;
    if (!wantsLicence && token !== ')' && token !== 'AND' && token !== 'OR') return false;
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else wantsLicence = !wantsLicence;
    if (depth < 0) return false;
  }
  return depth === 0 && !wantsLicence;
}

function isLicence(token: string): boolean {
  const [licence = '', exception] = token.split(/\s+WITH\s+/);
  const known = spdxLicences.has(licence) || spdxLicences.has(licence.replace(/\+$/, ''));
  return known && (exception === undefined || spdxExceptions.has(exception));
}
