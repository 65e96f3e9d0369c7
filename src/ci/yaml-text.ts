import { Document, isMap, isPair, isScalar, Scalar, visit } from 'yaml';
import { workflowMark } from './workflow-file.ts';

/** What a workflow file is made of; a key whose value is undefined is left out. */
export type YamlValue = string | number | boolean | Scalar | readonly YamlValue[] | YamlMap | undefined;
export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** A text with a comment behind it on its line. Both are one line. */
export function commented(text: string, comment: string): Scalar {
  const scalar = new Scalar(text);
  scalar.comment = ` ${comment}`;
  return scalar;
}

/** What some reader takes for a number, a time, a truth value or nothing: that of Go, as in Forgejo, takes 1_000 and 0O7 for numbers. */
const looksTyped = /^(?:[-+.]?\d[\w:+-]*(?:\.[\w:+-]*)?|[-+]?\.inf|\.nan|~|y|n|yes|no|on|off|true|false|null)$/i;

/**
 * The text of a workflow file: mark, remarks, document. `1.1`: for readers of YAML 1.1, such as GitLab; what they would take
 * for a number or a truth value is quoted.
 */
export function renderYaml(value: YamlMap, remarks: readonly string[], version: '1.1' | '1.2' = '1.2'): string {
  const options = version === '1.1' ? ({ compat: 'yaml-1.1' } as const) : {};
  const document = new Document(value, { ...options, aliasDuplicateObjects: false, keepUndefined: false });
  const top = document.contents;
  if (isMap(top))
    for (const [at, pair] of top.items.entries())
      if (at > 0 && isPair(pair) && isScalar(pair.key)) pair.key.spaceBefore = true;
  visit(document, {
    Scalar(place, node) {
      if (typeof node.value !== 'string') return;
      if (node.value.includes('\n')) node.type = Scalar.BLOCK_LITERAL;
      // A key such as "on" is read as a text by every system that knows it.
      else if (place !== 'key' && looksTyped.test(node.value)) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  const head = [workflowMark, ...remarks.map((remark) => `# ${remark}`)];
  return `${head.join('\n')}\n\n${document.toString({ lineWidth: 0, singleQuote: true })}`;
}
