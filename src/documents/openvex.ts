import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { isRecord } from '../domain/image-config.ts';
import { quote } from '../domain/quote.ts';

/** One statement of an OpenVEX document (openvex/spec, OPENVEX-SPEC.md 0.2.0). */
export interface VexStatement {
  /** The vulnerability's name and its aliases. */
  readonly names: readonly string[];
  readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
  /** Justification or impact statement, one line. */
  readonly reason: string;
  readonly products: readonly VexProduct[];
}

export interface VexProduct {
  /** A package URL, or another IRI. */
  readonly id: string;
  readonly subcomponents: readonly string[];
}

/** Reads an OpenVEX document whole; a statement that says too little to count is refused, not skipped. */
export function parseOpenVex(text: string): Parsed<readonly VexStatement[]> {
  const json = parseJson(text);
  if (!isRecord(json)) return refuse('is no JSON object');
  const context = json['@context'];
  if (typeof context !== 'string' || !/^https:\/\/openvex\.dev\/ns(?:\/v0\.\d+\.\d+)?$/.test(context))
    return refuse('has no "@context" of OpenVEX 0.x');
  const list: unknown = json['statements'];
  if (!Array.isArray(list)) return refuse('has no list "statements"');
  const statements: VexStatement[] = [];
  for (const [index, item] of list.entries()) {
    const statement = readStatement(item);
    if (statement.is === 'refused') return refuse(`has a statement ${index + 1} that ${statement.reason}`);
    statements.push(statement.value);
  }
  return accept(statements);
}

const statuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;

function readStatement(item: unknown): Parsed<VexStatement> {
  if (!isRecord(item)) return refuse('is no object');
  const names = readNames(item['vulnerability']);
  if (names.length === 0) return refuse('names no vulnerability');
  const status = statuses.find((one) => one === item['status']);
  if (status === undefined) return refuse(`has the status ${quote(String(item['status']))}`);
  const products = readProducts(item['products']);
  if (products === undefined) return refuse('names no product by "@id"');
  const reasons = [item['justification'], item['impact_statement'], item['status_notes']];
  const reason = reasons.find((one) => typeof one === 'string' && one.trim() !== '');
  if (
    status === 'not_affected' &&
    typeof item['justification'] !== 'string' &&
    typeof item['impact_statement'] !== 'string'
  )
    return refuse('says "not_affected" without "justification" or "impact_statement"');
  return accept({ names, status, products, reason: oneLine(typeof reason === 'string' ? reason : status) });
}

function readNames(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!isRecord(value)) return [];
  const aliases: unknown = value['aliases'];
  return [value['name'], value['@id'], ...(Array.isArray(aliases) ? aliases : [])].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  );
}

function readProducts(value: unknown): readonly VexProduct[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const products: VexProduct[] = [];
  for (const item of value) {
    const id = idOf(item);
    if (id === undefined) return undefined;
    const parts: unknown = isRecord(item) ? item['subcomponents'] : undefined;
    const subcomponents = Array.isArray(parts) ? parts.map(idOf) : [];
    if (subcomponents.includes(undefined)) return undefined;
    products.push({ id, subcomponents: subcomponents.filter((part) => part !== undefined) });
  }
  return products;
}

function idOf(value: unknown): string | undefined {
  const id: unknown = isRecord(value) ? value['@id'] : value;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
