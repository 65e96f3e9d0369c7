import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { processDocument } from './process-document.ts';
import { judgeDocument, rewriteDocument } from './rewrite.ts';

const policyText = (project: string): string => `project: ${project}
signatures: { formats: [ssh] }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzQAVXDtYKcyOfFbqOOnpJqrfkWKXbHTZWgm1VpOKEF
images: [{ build: { dockerfile: Dockerfile } }]
`;
const before = parsePolicy(policyText('before'), { file: 'cutwater.yaml' });
const after = parsePolicy(policyText('after'), { file: 'cutwater.yaml' });

void test('notes between the marks are kept byte for byte, whatever they are', () => {
  const line = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('<!-- notes:', ''));
  const notes = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n', '\n\n')).map(([lines, end]) => lines.join(end));
  fc.assert(
    fc.property(notes, (written) => {
      const body = `<!-- notes:begin -->\n${written}\n<!-- notes:end -->`;
      const page = processDocument(before, body);
      const renewed = rewriteDocument(after, page);
      assert.ok(renewed.is === 'ok');
      assert.ok(renewed.value.endsWith(`\n${body}\n`));
      assert.equal(renewed.value, processDocument(after, body));
      assert.deepEqual(judgeDocument(before, page), { is: 'same' });
    }),
  );
});

void test('a page is never rewritten where that could lose what someone wrote', () => {
  const page = processDocument(before);
  const refused = (text: string): string => {
    const answer = rewriteDocument(before, text);
    return answer.is === 'refused' ? answer.reason : 'was accepted';
  };
  assert.match(refused('# How we release\n'), /^was not written by/);
  assert.match(refused(''), /^was not written by/);
  assert.match(refused(page.replace('<!-- notes:begin -->\n', '')), /exactly one line "<!-- notes:begin -->"/);
  assert.match(refused(page.replace('<!-- notes:end -->', '')), /exactly one line/);
  assert.match(refused(`${page}<!-- notes:begin -->\nx\n<!-- notes:end -->\n`), /exactly one line/);
  const swapped = page
    .replace('notes:begin', 'notes:x')
    .replace('notes:end', 'notes:begin')
    .replace('notes:x', 'notes:end');
  assert.match(refused(swapped), /exactly one line/);
});

void test('the first line that differs is named with both texts, and how lines end does not count', () => {
  const page = processDocument(before);
  assert.deepEqual(judgeDocument(before, undefined), { is: 'missing' });
  assert.deepEqual(judgeDocument(before, page.replaceAll('\n', '\r\n')), { is: 'same' });
  const found = judgeDocument(after, page);
  assert.ok(found.is === 'differs');
  assert.deepEqual([found.found, found.wanted], ['# Release process of before', '# Release process of after']);
  assert.equal(page.split('\n')[found.line - 1], found.found);
  const longer = judgeDocument(before, `${page}more\n`);
  assert.ok(longer.is === 'differs');
  assert.deepEqual([longer.found, longer.wanted], ['more', '']);
});
