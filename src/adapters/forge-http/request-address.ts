import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { requiredText } from './forge-json.ts';

/** The address of a merge request, for people: visible ASCII without a user. Throws BAD_REPLY for anything else. */
export function requestAddress(what: string, json: JsonObject, member: string): string {
  const address = requiredText(what, json, member);
  if (/^https?:\/\/[!-?A-~]{1,2000}$/.test(address) && URL.canParse(address)) return address;
  throw new CutwaterError('BAD_REPLY', `Cannot ${what}: its address is ${quote(address)}, an http address is wanted`);
}
